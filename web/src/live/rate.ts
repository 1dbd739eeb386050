/** How many events came a second, of late. */

export interface Arrival {
  at: number
  count: number
}

const WINDOW_MS = 5000

export function rateOf(arrivals: Arrival[], now: number): number {
  const recent = arrivals.filter(({ at }) => now - at < WINDOW_MS)
  const count = recent.reduce((sum, arrival) => sum + arrival.count, 0)
  return count / (WINDOW_MS / 1000)
}

/** `12`, `0.4`: two digits say enough about something that moves. */
export function readableRate(rate: number): number {
  return rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate)
}
