import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { currentConnection } from './connection'
import { UnloadedError } from './errors'
import { page, part } from './parts'

const missing = new TypeError('Failed to fetch dynamically imported module')
const fails = () => Promise.reject(missing)

let isUp = false
beforeEach(() => {
  isUp = false
  vi.useFakeTimers()
  vi.stubGlobal('fetch', () =>
    isUp ? Promise.resolve(new Response('ok')) : Promise.reject(new TypeError('no answer')),
  )
})
afterEach(async () => {
  isUp = true
  await vi.runAllTimersAsync()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('what cannot be loaded', () => {
  it('from a server that answers is a failure of the page', async () => {
    isUp = true
    await expect(page(fails)()).rejects.toBe(missing)
    expect(currentConnection()).toBe('ok')
  })
  it('from a server out of reach is an outage, and is not tried again in this document', async () => {
    const load = vi.fn(fails)
    const loaded = page(load)
    await expect(loaded()).rejects.toBeInstanceOf(UnloadedError)
    expect(currentConnection()).toBe('lost')
    isUp = true
    await vi.runAllTimersAsync()
    expect(currentConnection()).toBe('ok')
    await expect(loaded()).rejects.toBeInstanceOf(UnloadedError)
    expect(load).toHaveBeenCalledOnce()
  })
  it('is waited for where it is only a part of the page', async () => {
    const settled = vi.fn()
    void part(fails)().catch(settled)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(settled).not.toHaveBeenCalled()
    isUp = true
    await vi.advanceTimersByTimeAsync(10_000)
    expect(settled).toHaveBeenCalledWith(expect.any(UnloadedError))
  })
})
