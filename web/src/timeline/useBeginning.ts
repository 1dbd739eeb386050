/** What a timeline begins with, when nobody chose what the events should share. */
import { useQuery } from '@tanstack/react-query'
import { isStream } from '../catalogue/catalogue'
import type { Relation } from './relations'
import { othersParams, othersQuery } from './timelineQueries'
import type { TimelineState, Window } from './timelineState'

export interface Beginning {
  /** Undefined while it is looked for. */
  relation: Relation | undefined
  /** How many other events the first relations lead to, as far as that was asked. */
  others: number[]
}

/** Asks only while it is needed: every look into the audit log is on record. */
export function useBeginning(
  relations: Relation[],
  window: Window | undefined,
  { of, by, without }: TimelineState,
): Beginning {
  const questions = relations.map(({ fields, ways }) => {
    const streams = Object.keys(fields).filter(isStream)
    const chosen = streams.filter((stream) => !without.includes(stream))
    return ways.flatMap((way) => {
      const asked = chosen.filter((stream) => way[stream] !== undefined)
      return of && window && asked.length > 0 ? [othersParams(way, asked, window, of)] : []
    })
  })
  const isChosen = relations.some(({ kind }) => kind === by)
  const { data, isError } = useQuery({
    ...othersQuery(questions),
    enabled: relations.length > 0 && !isChosen,
  })
  const others = data ?? []
  // What cannot be counted is followed all the same: there it is told why.
  const isClear = data !== undefined || isError
  return { relation: isClear ? firstWithOthers(relations, others) : undefined, others }
}

/** The first that leads to others, which is the last that was asked; the very first when none does. */
export function firstWithOthers(relations: Relation[], others: number[]): Relation | undefined {
  const last = others.length - 1
  return relations[(others[last] ?? 0) > 0 ? last : 0]
}
