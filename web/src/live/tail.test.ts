import { afterEach, describe, expect, it, vi } from 'vitest'
import { followTail } from './tail'

const handlers = () => ({
  onOpen: vi.fn(),
  onEvents: vi.fn(),
  onMissed: vi.fn(),
  onBroken: vi.fn(),
  onRefused: vi.fn(),
})
const answers = (status: number) => vi.fn(() => Promise.resolve(new Response('{}', { status })))

describe('a tail', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('that is refused is not asked for again, and its end is told', async () => {
    const [fetch, told] = [answers(403), handlers()]
    vi.stubGlobal('fetch', fetch)
    await followTail('system', new URLSearchParams(), told, new AbortController().signal)
    expect(fetch).toHaveBeenCalledTimes(1)
    expect(told.onRefused).toHaveBeenCalledTimes(1)
    expect(told.onBroken).not.toHaveBeenCalled()
  })
  it('of a busy server is tried again', async () => {
    vi.useFakeTimers()
    const [fetch, told, stop] = [answers(503), handlers(), new AbortController()]
    vi.stubGlobal('fetch', fetch)
    const followed = followTail('system', new URLSearchParams(), told, stop.signal)
    await vi.advanceTimersByTimeAsync(5000)
    stop.abort()
    vi.useRealTimers()
    await followed
    expect(fetch.mock.calls.length).toBeGreaterThan(1)
    expect(told.onRefused).not.toHaveBeenCalled()
    expect(told.onBroken).toHaveBeenCalled()
  })
})
