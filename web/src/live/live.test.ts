import { describe, expect, it } from 'vitest'
import type { LogEvent } from '../api/types'
import { rateOf, readableRate } from './rate'
import { splitMessages } from './sse'
import { catchUpParams, endAfter } from './catchUp'
import { catchUp, EMPTY, miss, receive, reveal } from './tailBuffer'

const event = (id: number | string): LogEvent => ({ id: String(id), time: '2026-01-01T00:00:00Z' })
const ids = (events: LogEvent[]) => events.map(({ id }) => id).join(' ')
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => event(from + at))

describe('server-sent events', () => {
  it('are read as they come in, however they are cut', () => {
    const text = ': hi\n\ndata: {"a":1}\n\nevent: missed\ndata: {"count":2}\n\ndata: {"b'
    for (let cut = 0; cut <= text.length; cut += 1) {
      const first = splitMessages(text.slice(0, cut))
      const second = splitMessages(first.rest + text.slice(cut))
      expect([...first.messages, ...second.messages]).toEqual([
        { type: 'message', data: '{"a":1}' },
        { type: 'missed', data: '{"count":2}' },
      ])
      expect(second.rest).toBe('data: {"b')
    }
  })
})

describe('a live list', () => {
  it('shows the latest first', () => {
    const one = reveal(receive(EMPTY, [event('a'), event('b')]), 10)
    const two = reveal(receive(one, [event('c')]), 10)
    expect(ids(two.shown)).toBe('c b a')
    expect(two.passed).toBe(0)
  })
  it('counts what came too fast to be shown', () => {
    const fast = reveal(receive(EMPTY, numbered(0, 25)), 10)
    expect(ids(fast.shown.slice(0, 2))).toBe('24 23')
    expect([fast.shown.length, fast.passed, fast.waiting.length]).toEqual([10, 15, 0])
  })
  it('keeps a bounded number while it is paused, and loses none from its count', () => {
    let paused = EMPTY
    for (let at = 0; at < 20; at += 1) paused = receive(paused, numbered(at * 100, at * 100 + 100))
    const resumed = reveal(paused, 500)
    expect(resumed.shown.length + resumed.passed).toBe(2000)
    expect(resumed.shown[0]?.id).toBe('1999')
  })
  it('adds up what did not come, and knows when it does not know', () => {
    const missed = miss(miss(miss(EMPTY, 3), 4), null)
    expect([missed.missed, missed.gaps]).toEqual([7, true])
  })
})

describe('what came while nobody followed', () => {
  const stored = (seq: number) => ({ ...event(seq), seq, received_at: '2026-01-01T00:00:00.5Z' })

  it('is shown whole, where it belongs, and once', () => {
    const before = reveal(receive(EMPTY, [stored(1)]), 10)
    // New ones are shown while it is fetched, and the last of it comes both ways.
    const meanwhile = reveal(receive(before, [stored(30), stored(31)]), 10)
    const missed = Array.from({ length: 29 }, (_, at) => stored(30 - at))
    const fetched = catchUp(meanwhile, missed)
    expect(fetched.caughtUp).toHaveLength(28)
    const after = reveal(receive(fetched, [stored(32), stored(30)]), 10)
    expect(after.shown.map(({ id }) => Number(id))).toEqual(
      Array.from({ length: 32 }, (_, at) => 32 - at),
    )
    expect([after.passed, after.caughtUp.length]).toEqual([0, 0])
  })
  it('is asked for from the last event on, before the first from the beginning on', () => {
    const begun = { receivedAt: Date.parse('2026-01-01T00:00:00Z'), seq: undefined }
    const first = catchUpParams('source=x', begun)
    expect(first.get('received_at.gte')).toBe('2026-01-01T00:00:00.000Z')
    expect(first.get('source')).toBe('x')
    const end = endAfter(begun, [stored(7), stored(9), stored(8), event('foreign')])
    expect(end).toEqual({ receivedAt: Date.parse('2026-01-01T00:00:00.5Z'), seq: 9 })
    const next = catchUpParams('', end)
    expect([next.get('seq.gt'), next.has('received_at.gte')]).toEqual(['9', false])
  })
})

describe('the rate', () => {
  it('is of the last five seconds', () => {
    const arrivals = [
      { at: 0, count: 1000 },
      { at: 6000, count: 10 },
      { at: 9000, count: 5 },
    ]
    expect(rateOf(arrivals, 10_000)).toBe(3)
    expect(rateOf(arrivals, 60_000)).toBe(0)
    expect([readableRate(0.26), readableRate(41.7)]).toEqual([0.3, 42])
  })
})
