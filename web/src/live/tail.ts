/** Follows a stream as it grows, over and over when the connection breaks. */
import { watchedFetch } from '../api/connection'
import { ApiError, ConnectionError } from '../api/errors'
import type { LogEvent, Stream } from '../api/types'
import { splitMessages, type Message } from './sse'

export interface TailHandlers {
  /** When it began by the server's clock, in milliseconds. */
  onOpen: (at: number) => void
  onEvents: (events: LogEvent[]) => void
  /** `null`: nobody knows how many. */
  onMissed: (count: number | null) => void
  /** It broke or was ended; unless it is stopped, it begins again after a pause. */
  onBroken: (error: unknown) => void
  /** The server refuses for good: it is not tried again. */
  onRefused: (error: ApiError) => void
}

const PAUSE_MS = 2000
/** The server says a word every 15 s at least: after this long nobody is there any more. */
const SILENCE_MAX_MS = 40_000

/** Follows until the signal stops it, or the server refuses for good. */
export async function followTail(
  stream: Stream,
  search: URLSearchParams,
  handlers: TailHandlers,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await readTail(stream, search, handlers, signal)
    } catch (error) {
      if (isAborted(signal)) return
      if (isRefusal(error)) {
        handlers.onRefused(error)
        return
      }
      handlers.onBroken(error)
    }
    await pause(signal)
  }
}

/** What the question or the right to ask it is to blame for; the same question is refused again. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status < 500 && error.status !== 429
}

async function readTail(
  stream: Stream,
  search: URLSearchParams,
  handlers: TailHandlers,
  signal: AbortSignal,
): Promise<void> {
  const address = `${location.origin}/api/v1/logs/${stream}/tail?${search.toString()}`
  const attempt = new AbortController()
  const request = new Request(address, { signal: AbortSignal.any([signal, attempt.signal]) })
  try {
    await read(await within(SILENCE_MAX_MS, watchedFetch(request)), handlers)
  } finally {
    // Whatever ended it, the server need not go on sending.
    attempt.abort()
  }
}

async function read(response: Response, handlers: TailHandlers): Promise<void> {
  if (!response.ok || !response.body) {
    const body: unknown = await response.json().catch(() => undefined)
    throw new ApiError(response.status, body, response.headers.get('retry-after'))
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  handlers.onOpen(Number.isNaN(date) ? Date.now() : date)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let text = ''; ;) {
    const { done, value } = await within(SILENCE_MAX_MS, reader.read())
    if (done) throw new ConnectionError('the tail ended')
    const { messages, rest } = splitMessages(text + value)
    text = rest
    handle(messages, handlers)
  }
}

function handle(messages: Message[], handlers: TailHandlers): void {
  const events: LogEvent[] = []
  for (const { type, data } of messages) {
    const value: unknown = JSON.parse(data)
    if (type === 'message') events.push(value as LogEvent)
    if (type === 'missed') handlers.onMissed((value as { count: number | null }).count)
    if (type === 'end') throw new ConnectionError((value as { message: string }).message)
  }
  if (events.length > 0) handlers.onEvents(events)
}

function within<Value>(limitMs: number, work: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionError('the tail is silent')), limitMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
