/** A tail that sends what a picture needs, when it needs it: the server's own is never twice the same. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'

interface FixedTail {
  /** In the order they come; the last one is shown first. */
  send: (events: object[]) => void
  end: () => void
}

export async function startTail(page: Page): Promise<FixedTail> {
  let follower: ServerResponse | undefined
  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' })
    answer.write(': from now on\n\n')
    follower = answer
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await page.route(/\/tail\?/, (route) => route.continue({ url: `http://127.0.0.1:${port}/tail?` }))
  return {
    send: (events) =>
      void follower?.write(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')),
    end: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
