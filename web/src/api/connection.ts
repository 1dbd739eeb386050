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

function lose(): void {
  set('lost')
  if (watching) return
  watching = true
  setTimeout(() => void probe(), RETRY_MS)
}

async function probe(): Promise<void> {
  const reachable = await fetch('/healthz', { cache: 'no-store' }).then(
    (response) => response.ok,
    () => false,
  )
  if (reachable) {
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
