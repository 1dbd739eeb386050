/** From “something is wrong” to the cause, as operators go: on the demo's own stories. */
import type { Page } from '@playwright/test'
import { column, expect, money, openView, rows, test, total } from './daybook'

const panel = (page: Page) => page.getByRole('region', { name: 'Event details' })

/** A value of the filter menu of a field, found by typing. */
async function filterFor(page: Page, field: string, value: string): Promise<void> {
  await page.getByRole('button', { name: 'Add filter' }).click()
  const menu = page.getByRole('dialog')
  await menu.getByLabel('Find a field').fill(field)
  await page.keyboard.press('Enter')
  await menu.getByLabel('Find a value').fill(value)
  await menu.getByRole('checkbox', { name: new RegExp(`^${value}`) }).check()
  await page.keyboard.press('Escape')
}

async function customRange(page: Page, from: Date, to: Date): Promise<void> {
  const shown = (date: Date) => date.toISOString().slice(0, 19)
  await page.getByRole('button', { name: /^Time range/ }).click()
  await page.getByLabel('From').fill(shown(from))
  await page.getByLabel('To', { exact: true }).fill(shown(to))
  await page.getByRole('button', { name: 'Apply' }).click()
}

test('gpt-4o failed yesterday afternoon: who switched it off, and which calls failed', async ({
  signedIn: page,
}) => {
  const midnight = new Date()
  midnight.setUTCHours(0, 0, 0, 0)
  const hour = (hours: number) => new Date(midnight.getTime() + hours * 3_600_000)
  await page.goto('/logs/audit')
  await customRange(page, hour(-14), hour(-4))
  await filterFor(page, 'resource name', 'gpt-4o')
  const disabled = rows(page).filter({ hasText: 'model.disabled' })
  await disabled.first().click()
  const change = panel(page).getByRole('table', { name: 'Changes' }).getByRole('row').last()
  await expect(change.getByRole('cell')).toHaveText(['enabled', 'true', 'false'])

  const related = panel(page).getByRole('listitem').filter({ hasText: 'Same resource' })
  await related.getByRole('link', { name: 'Usage logs' }).click()
  await expect(page).toHaveURL(/\/logs\/usage\?.*platform_model=gpt-4o/)
  const all = await total(page)
  await page.getByRole('button', { name: /^error/ }).click()
  await expect.poll(() => total(page)).toBeLessThan(all)
  await rows(page).first().click()
  await expect(panel(page).getByRole('heading', { name: 'Error', exact: true })).toBeVisible()
})

test('the most expensive calls of a user', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&kind=call')
  await filterFor(page, 'user name', 'ana')
  await expect(page.getByRole('button', { name: /^Edit filter User name/ })).toBeVisible()
  await page.getByRole('columnheader', { name: 'Cost' }).getByRole('button').click()
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  const costs = (await column(page, 'Cost')).map(money)
  expect(costs).toEqual([...costs].sort((a, b) => b - a))
  await rows(page).first().click()
  const items = panel(page).getByRole('table', { name: 'Billing items' })
  const sum = await items.getByRole('row').last().getByRole('cell').last().textContent()
  expect(money(sum ?? '')).toBeCloseTo(costs[0] ?? 0, 5)
})

test('why an account is locked, and where the attempts came from', async ({ signedIn: page }) => {
  // It was this morning or yesterday's: before 09:30 UTC more than a day may be between.
  await openView(page, '/logs/auth?from=-48h')
  await filterFor(page, 'event', 'lockout')
  await rows(page).first().click()
  await expect(
    panel(page)
      .getByRole('term')
      .filter({ hasText: /^User name$/ }),
  ).toHaveCount(1)
  const related = panel(page).getByRole('listitem').filter({ hasText: 'Same user' })
  await related.getByRole('link', { name: 'Timeline' }).click()
  const lines = page.getByRole('list', { name: 'Events in order of time' }).getByRole('listitem')
  await expect(lines.filter({ hasText: 'failure' }).first()).toBeVisible()
  expect(await lines.filter({ hasText: 'failure' }).count()).toBeGreaterThan(2)
  await page
    .getByRole('radiogroup', { name: 'What they have in common' })
    .getByText('Same address')
    .click()
  await expect(page).toHaveURL(/by=address/)
  await expect(lines.filter({ hasText: 'here' })).toHaveCount(1)
})

test('a vectorization job that fails, from the level down to its document', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/system?from=-7d')
  await page.getByRole('button', { name: 'Add filter' }).click()
  const menu = page.getByRole('dialog')
  await menu.getByLabel('Find a field').fill('level')
  await page.keyboard.press('Enter')
  await menu.getByLabel('Operator').selectOption({ label: '≥' })
  await menu.getByRole('checkbox', { name: /^error/ }).check()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/level\.gte=error/)
  await filterFor(page, 'source', 'vectorizer')
  await rows(page).filter({ hasText: 'job.failed' }).first().click()
  await expect(panel(page)).toContainText('test.doc')
  const related = panel(page).getByRole('listitem').filter({ hasText: 'Same request' })
  await related.getByRole('link', { name: 'Timeline' }).click()
  await page.getByRole('radiogroup', { name: 'Time around it' }).getByText('± 24 h').click()
  const lines = page.getByRole('list', { name: 'Events in order of time' }).getByRole('listitem')
  await expect(lines.first()).toBeVisible()
})
