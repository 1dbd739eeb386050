/** Accounts for tests, made the short way: what is tested about them goes through the pages. */
import type {
  APIRequestContext,
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Page,
} from '@playwright/test'
import { expect } from './daybook'

export const PASSWORD = 'a sentence nobody guesses'
const CSRF = { 'x-daybook-csrf': '1' }

let made = 0

/** An address of its own for each account, so that tests do not meet. */
export function newEmail(name: string): string {
  made += 1
  return `${name}-${process.pid}-${Date.now()}-${made}@example.com`
}

/** Invites as the administrator who is signed in; answers the link to hand over. */
export async function invite(admin: APIRequestContext, email: string, role: string) {
  const answer = await admin.post('/api/v1/users', {
    data: { email, role, links: [] },
    headers: CSRF,
  })
  expect(answer.status()).toBe(201)
  return (await answer.json()) as { user: { id: string }; link: string }
}

/** A browser of its own, signed in as a new account of this role. */
export async function personOf(
  browser: Browser,
  admin: Page,
  role: string,
  options: BrowserContextOptions = {},
  email = newEmail(role),
) {
  const { link } = await invite(admin.request, email, role)
  const context = await newPerson(browser, options)
  const answer = await context.request.post('/api/v1/tickets/use', {
    data: { token: new URL(link).hash.slice(1), password: PASSWORD },
    headers: CSRF,
  })
  expect(answer.status()).toBe(200)
  return { email, context, page: await context.newPage() }
}

/** A browser of its own. */
export async function newPerson(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
}

/** Comes from an address of its own: loopback is a trusted proxy. */
export const at = (address: string): BrowserContextOptions => ({
  extraHTTPHeaders: { 'x-forwarded-for': address },
})

/** Wrong passwords until nobody may try any more; waits as long as it is told to. */
export async function lockOut(context: BrowserContext, email: string): Promise<void> {
  const FAILURES = 10
  for (let failures = 0; failures < FAILURES;) {
    const answer = await context.request.post('/api/v1/session', {
      data: { email, password: 'not the password' },
      headers: CSRF,
    })
    if (answer.status() === 429) {
      const seconds = Number(answer.headers()['retry-after'])
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    } else {
      expect(answer.status()).toBe(401)
      failures += 1
    }
  }
}
