/** What each role may do: the server decides, the page only leaves out what would be refused. */
import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '../api/queries'
import { STREAMS, type Role, type Stream } from '../api/types'

export interface Rights {
  /** Change what belongs to everybody: accounts, keys, settings. */
  administers: boolean
  /** Look at it. */
  inspects: boolean
  /** Logs that may be opened, in their order. */
  streams: readonly Stream[]
  /** Sees own events only: those of the linked users of a platform. */
  ownOnly: boolean
}

const NOTHING: Rights = { administers: false, inspects: false, streams: [], ownOnly: true }

const RIGHTS: Record<Role, Rights> = {
  super_admin: { administers: true, inspects: true, streams: STREAMS, ownOnly: false },
  auditor: { administers: false, inspects: true, streams: STREAMS, ownOnly: false },
  billing_admin: { administers: false, inspects: false, streams: ['usage'], ownOnly: false },
  user: { administers: false, inspects: false, streams: ['usage'], ownOnly: true },
}

export function rightsOf(role: Role): Rights {
  return RIGHTS[role]
}

/** The rights of whoever is signed in. */
export function useRights(): Rights {
  const { data } = useQuery(sessionQuery)
  return data ? rightsOf(data.role) : NOTHING
}
