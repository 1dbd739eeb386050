/** What every browser test needs: a page that must not report errors, signed in where asked for. */
import { expect, test as base, type Page } from '@playwright/test'

export const ADMIN = {
  email: process.env['DAYBOOK_ADMIN_EMAIL'] ?? 'admin@example.com',
  password: process.env['DAYBOOK_ADMIN_PASSWORD'] ?? 'correct horse battery staple',
}

/** A page on which an error in the console fails the test, unless the test expects it. */
export const test = base.extend<{ expectedErrors: RegExp[]; signedIn: Page }>({
  expectedErrors: [[], { option: true }],
  page: async ({ page, expectedErrors }, use) => {
    const errors: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    page.on('pageerror', (error) => errors.push(error.message))
    await use(page)
    const unexpected = errors.filter((text) => !expectedErrors.some((known) => known.test(text)))
    expect(unexpected, 'errors in the console').toEqual([])
  },
  signedIn: async ({ page }, use) => {
    // The form has tests of its own; here a session is all that is needed.
    const answer = await page.request.post('/api/v1/session', {
      data: ADMIN,
      headers: { 'x-daybook-csrf': '1' },
    })
    expect(answer.status()).toBe(200)
    await use(page)
  },
})

export { expect }

export async function signIn(page: Page, password = ADMIN.password): Promise<void> {
  await page.getByLabel('Email').fill(ADMIN.email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Goes to a view and waits until its events are there. */
export async function openView(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await expect(rows(page).first()).toBeVisible()
}

/** The rows of events; skeletons are hidden from roles. */
export function rows(page: Page) {
  return page
    .getByRole('table', { name: /events/ })
    .getByRole('row')
    .filter({ has: page.getByRole('link') })
}

/** The exact total as a number: `12 408 of 3 201 775 events` is 12408. */
export async function total(page: Page): Promise<number> {
  const output = page.locator('output').filter({ hasText: /\d/ })
  const text = (await output.textContent()) ?? ''
  return Number((text.split(' of ')[0] ?? '').replace(/\D/g, ''))
}

/** The texts of one column, top to bottom. */
export async function column(page: Page, name: string): Promise<string[]> {
  const headers = await page.getByRole('columnheader').allTextContents()
  const index = headers.indexOf(name)
  expect(index, `a column named ${name} among ${headers.join(', ')}`).toBeGreaterThanOrEqual(0)
  return rows(page)
    .locator(`td:nth-child(${index + 1})`)
    .allTextContents()
}

/** `$0.012700` → 0.0127 */
export function money(text: string): number {
  return Number(text.replace(/[^\d.]/g, ''))
}
