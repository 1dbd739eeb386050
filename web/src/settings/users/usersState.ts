/** What the list of accounts shows, kept in the address. */
import { ROLES, USER_STATES, type Role, type UserState } from '../../api/types'
import type { UserFilter } from '../../api/adminApi'
import type { RawSearch } from '../../logs/logState'

export const PAGE_SIZE = 50

export interface UsersState {
  q: string
  role: Role | undefined
  state: UserState | undefined
  page: number
  /** The account that stands open beside the list. */
  open: string | undefined
}

export function readUsersState(search: RawSearch): UsersState {
  const page = Number(one(search['page']))
  return {
    q: one(search['q']) ?? '',
    role: ROLES.find((role) => role === search['role']),
    state: USER_STATES.find((state) => state === search['state']),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    open: one(search['open']),
  }
}

/** Without what is as usual, so that addresses stay short. */
export function writeUsersState({ q, role, state, page, open }: UsersState): RawSearch {
  return {
    q: q === '' ? undefined : q,
    role,
    state,
    page: page === 1 ? undefined : String(page),
    open,
  }
}

export function filterOf({ q, role, state, page }: UsersState): UserFilter {
  return {
    ...(q !== '' && { q }),
    ...(role && { role }),
    ...(state && { state }),
    page,
    page_size: PAGE_SIZE,
  }
}

export function isNarrowed({ q, role, state }: UsersState): boolean {
  return q !== '' || role !== undefined || state !== undefined
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
