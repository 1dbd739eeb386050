/** Hands a download over to the browser, once the server has said that it will give it. */
import { ApiError } from '../../api/errors'
import { watchedFetch } from '../../api/connection'

/**
 * A refusal would otherwise become a file, or a page. The question is a GET that is given up when its
 * head is there: only then the server's words about a refusal come along.
 */
export async function startDownload(address: string): Promise<void> {
  const stop = new AbortController()
  const response = await watchedFetch(
    new Request(`${location.origin}${address}`, { signal: stop.signal }),
  )
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => undefined)
    throw new ApiError(response.status, body, response.headers.get('retry-after'))
  }
  stop.abort()
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}
