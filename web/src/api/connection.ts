/** Knows whether the server can be reached. A lost connection is watched until it heals. */
import { useSyncExternalStore } from 'react'
import { ConnectionError } from './errors'

export type Connection = 'ok' | 'lost'

const RETRY_MS = 3000
// A proxy answers these for a server that is gone.
const GONE = new Set([502, 504])

let connection: Connection = 'ok'
let watching = false
const listeners = new Set<() => void>()

/** `fetch` that reports a lost connection instead of a bare `TypeError`. */
export async function watchedFetch(request: Request): Promise<Response> {
  let response: Response
  try {
    response = await fetch(request)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    lose()
    throw new ConnectionError('the server could not be reached', { cause })
  }
  if (GONE.has(response.status)) {
    lose()
    throw new ConnectionError(`HTTP ${response.status}`)
  }
  return response
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection)
}

/** Calls `listener` on every change; returns how to stop. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function currentConnection(): Connection {
  return connection
}

/** Tells that the server is out of reach; it is looked for until it answers. */
export function lose(): void {
  set('lost')
  if (watching) return
  watching = true
  setTimeout(() => void probe(), RETRY_MS)
}

/** Asks the server anew whether it is there. */
export function isReachable(): Promise<boolean> {
  return fetch('/healthz', { cache: 'no-store' }).then(
    (response) => response.ok,
    () => false,
  )
}

/** Waits until a lost connection is back. */
export function reconnected(): Promise<void> {
  return new Promise((resolve) => {
    const stop = subscribe(() => {
      if (connection !== 'ok') return
      stop()
      resolve()
    })
  })
}

async function probe(): Promise<void> {
  if (await isReachable()) {
    watching = false
    set('ok')
  } else {
    setTimeout(() => void probe(), RETRY_MS)
  }
}

function set(next: Connection): void {
  if (next === connection) return
  connection = next
  for (const listener of listeners) listener()
}
