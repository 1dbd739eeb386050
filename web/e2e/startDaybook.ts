/** Starts `daybook demo` from the binary in DAYBOOK_BIN, waits until it is ready, stops it at the end. */
import { spawn, type ChildProcess } from 'node:child_process'
import type { FullConfig } from '@playwright/test'
import { ADMIN } from './daybook'

const READY_WITHIN_MS = 180_000

export default async function startDaybook(config: FullConfig): Promise<(() => void) | undefined> {
  // Set to test a Daybook that runs already; its administrator must be the one of `ADMIN`.
  if (process.env['DAYBOOK_URL']) return undefined
  const binary = process.env['DAYBOOK_BIN']
  if (!binary) throw new Error('set DAYBOOK_BIN to the daybook binary, e.g. target/release/daybook')
  const url = new URL(config.projects[0]?.use.baseURL ?? '')
  const until = process.env['DAYBOOK_DEMO_UNTIL']
  const end = until === undefined ? [] : ['--until', until]
  const server = spawn(binary, ['demo', '--listen', url.host, '--no-open', ...end], {
    env: {
      ...process.env,
      DAYBOOK_ADMIN_EMAIL: ADMIN.email,
      DAYBOOK_ADMIN_PASSWORD: ADMIN.password,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    await waitUntilReady(url, server)
  } catch (error) {
    server.kill()
    throw error
  }
  return () => void server.kill()
}

async function waitUntilReady(url: URL, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`daybook demo ended with ${server.exitCode}`)
    const ready = await fetch(new URL('/readyz', url)).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`daybook demo was not ready within ${READY_WITHIN_MS / 1000} s`)
}
