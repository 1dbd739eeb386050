import { describe, expect, it } from 'vitest'
import { filterOf, isNarrowed, readUsersState, writeUsersState } from './usersState'

describe('the list of accounts in the address', () => {
  it('is short for the usual list, and comes back as it was', () => {
    expect(writeUsersState(readUsersState({}))).toEqual({})
    const search = { q: 'ana', role: 'auditor', state: 'disabled', page: '3', open: 'u1' }
    expect(writeUsersState(readUsersState(search))).toEqual(search)
  })
  it('takes nothing that the API would refuse', () => {
    const state = readUsersState({ role: 'root', state: ['active', 'x'], page: '-1' })
    expect(state).toMatchObject({ role: undefined, state: undefined, page: 1 })
    expect(filterOf(state)).toEqual({ page: 1, page_size: 50 })
  })
  it('knows whether something is left out', () => {
    expect(isNarrowed(readUsersState({ page: '2' }))).toBe(false)
    expect(isNarrowed(readUsersState({ state: 'invited' }))).toBe(true)
  })
})
