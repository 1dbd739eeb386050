/** Takes the pictures of the README and the guide: `npm run screenshots`. */
import { statSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from '../e2e/daybook'
import { invite, PASSWORD, personOf } from '../e2e/people'

const FOLDER = new URL('../../docs/guide/screenshots/', import.meta.url).pathname
const SIZE_MAX = 300 * 1024
const CALLS = 'from=-7d&platform_model=gpt-4o'

async function take(page: Page, name: string): Promise<void> {
  // A pointer that rests on something would show as a marked row.
  await page.mouse.move(0, 0)
  await page.evaluate(() => document.fonts.ready)
  await expect(page.getByText('Loading events')).toHaveCount(0)
  await page.waitForLoadState('networkidle')
  const path = `${FOLDER}${name}.png`
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  expect(statSync(path).size, `bytes of ${name}.png`).toBeLessThanOrEqual(SIZE_MAX)
}

/** A call worth showing, in sight in its list: short, and with a tool if there is one. */
async function conversation(page: Page): Promise<string> {
  const answer = await page.request.get(`/api/v1/logs/usage?${CALLS}&page_size=16`)
  const { items } = (await answer.json()) as { items: { id: string }[] }
  const short: { id: string; usesTool: boolean }[] = []
  for (const { id } of items) {
    const event = await (await page.request.get(`/api/v1/logs/usage/events/${id}`)).text()
    const isShort = event.length < 3200 && event.includes('"messages"')
    if (isShort) short.push({ id, usesTool: event.includes('"tool_calls"') })
  }
  const chosen = short.find(({ usesTool }) => usesTool) ?? short[0]
  if (!chosen) throw new Error('the demo has no short conversation among its latest calls')
  return chosen.id
}

test('sign-in', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByLabel('Email')).toBeVisible()
  await page.getByLabel('Email').blur()
  await take(page, 'sign-in')
})

for (const stream of ['audit', 'usage', 'auth', 'system']) {
  test(stream, async ({ signedIn: page }) => {
    await openView(page, `/logs/${stream}?from=-7d`)
    await take(page, `${stream}-light`)
  })
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    test('usage with an open event', async ({ signedIn: page }) => {
      const id = await conversation(page)
      await openView(page, `/logs/usage?${CALLS}&open=${id}`)
      await expect(page.getByRole('region', { name: 'Prompt' })).toBeVisible()
      await take(page, `usage-panel-${colorScheme}`)
    })
  })
}

test('audit with what changed', async ({ signedIn: page }) => {
  await openView(page, '/logs/audit?from=-7d&resource_name=gpt-4o')
  await rows(page).filter({ hasText: 'model.disabled' }).first().click()
  await expect(page.getByRole('table', { name: 'Changes' })).toBeVisible()
  await take(page, 'audit-change-light')
})

const PEOPLE = {
  'ana@acme.example': 'billing_admin',
  'bo@acme.example': 'user',
  'chi@acme.example': 'auditor',
}

test('accounts, one of them open', async ({ signedIn: page }) => {
  const ids: string[] = []
  for (const [email, role] of Object.entries(PEOPLE)) {
    ids.push((await invite(page.request, email, role)).user.id)
  }
  await page.goto('/settings/users')
  await expect(page.getByRole('link', { name: 'Open bo@acme.example' })).toBeVisible()
  await take(page, 'users-light')
  await page.goto(`/settings/users?open=${ids[1] ?? ''}`)
  await expect(page.getByRole('button', { name: 'Invite again' })).toBeVisible()
  await take(page, 'user-panel-light')
})

test('keys', async ({ signedIn: page }) => {
  for (const [name, scope] of [
    ['gateway-eu', 'ingest'],
    ['dashboards', 'read'],
  ]) {
    const data = { name, scopes: [scope] }
    const headers = { 'x-daybook-csrf': '1' }
    await page.request.post('/api/v1/api-keys', { data, headers })
  }
  await page.goto('/settings/api-keys')
  await expect(page.getByRole('cell', { name: 'dashboards' }).first()).toBeVisible()
  await take(page, 'api-keys-light')
})

test('sign-in settings and a provider', async ({ signedIn: page }) => {
  await page.goto('/settings/sign-in')
  await expect(page.getByRole('button', { name: 'Save' })).toBeVisible()
  await take(page, 'sign-in-settings-light')
  await page.goto('/settings/sign-in/new')
  await take(page, 'provider-light')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`my account, ${colorScheme}`, async ({ browser, signedIn: admin }) => {
    const { page, context } = await personOf(browser, admin, 'user', { colorScheme })
    await page.goto('/account')
    await expect(page.getByText('This one')).toBeVisible()
    await take(page, `account-${colorScheme}`)
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.getByRole('dialog').getByLabel('Current password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Next' }).click()
    await expect(page.getByRole('img', { name: /^QR code/ })).toBeVisible()
    await take(page, `second-factor-${colorScheme}`)
    await context.close()
  })
}
