/** The filtered events as a file. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, openView, test, total } from './daybook'
import { settledRange } from './events'

async function download(
  page: Page,
  choose: (menu: ReturnType<Page['getByRole']>) => Promise<void>,
) {
  await page.getByRole('button', { name: 'Download' }).click()
  const menu = page.getByRole('dialog', { name: 'Download' })
  await choose(menu)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    menu.getByRole('button', { name: 'Download', exact: true }).click(),
  ])
  return {
    name: file.suggestedFilename(),
    lines: (await readFile(await file.path(), 'utf8')).trimEnd().split('\n'),
  }
}

test('is what the filters leave, with the columns of the table', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-2d&outcome=error&columns=user_name,cost,error')
  const expected = await total(page)
  const { name, lines } = await download(page, async (menu) => {
    await expect(menu.getByText(/events: the range/)).toContainText(/\d/)
    await menu.getByRole('radiogroup', { name: 'Columns' }).getByText('As shown').click()
  })
  expect(name).toMatch(/^daybook-usage-.*\.csv$/)
  expect(lines[0]?.trim()).toBe('time,user_name,cost,error')
  expect(lines.length - 1).toBeGreaterThanOrEqual(expected)
})

test('as JSON lines has requests and responses when asked for', async ({ signedIn: page }) => {
  await page.goto(
    `/requests?${settledRange(6)}&content.exists=true&outcome=success&protocol=gemini`,
  )
  await expect(page.getByRole('row').nth(2)).toBeVisible()
  const expected = await total(page)
  const { name, lines } = await download(page, async (menu) => {
    await menu.getByRole('radiogroup', { name: 'Format' }).getByText('JSON lines').click()
    await menu.getByLabel('Add request and response').check()
  })
  expect(name).toMatch(/\.jsonl$/)
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events).toHaveLength(expected)
  expect(events.every((event) => event['request'] !== undefined)).toBe(true)
  expect(new Set(events.map((event) => event['kind']))).toEqual(new Set(['call']))
})
