/** Changes what the usage log asks, TIMES= times each with other values: `make bench-ui`. */
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from '../e2e/daybook'
import { keep, report, type Series } from './report'
import { timed } from './stopwatch'

const TIMES = Number(process.env['TIMES'] ?? 20)
// Events of a benchmark end in the past: FROM= reaches them.
const FROM = process.env['FROM'] ?? '-30d'
const BASE = `/logs/usage?from=${FROM}`

async function json<Body>(page: Page, path: string): Promise<Body> {
  const answer = await page.request.get(path)
  expect(answer.status(), path).toBe(200)
  return (await answer.json()) as Body
}

async function valuesOf(page: Page, field: string): Promise<string[]> {
  type Values = { values: { value: string }[] }
  const { values } = await json<Values>(
    page,
    `/api/v1/logs/usage/values/${field}?from=${FROM}&limit=${TIMES}`,
  )
  return values.map(({ value }) => value)
}

/** The view that all changes begin from, loaded anew: no menu of the change before stays open. */
async function startOver(page: Page): Promise<void> {
  await page.goto(BASE)
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
}

/** Chooses a value in a field's menu. */
async function choose(page: Page, field: string, value: string): Promise<number> {
  await page.getByRole('button', { name: 'Add filter' }).click()
  const menu = page.getByRole('dialog')
  await menu.getByLabel('Find a field').fill(field)
  await page.keyboard.press('Enter')
  await menu.getByLabel('Find a value').fill(value)
  const box = menu.getByRole('checkbox', { name: value }).first()
  await expect(box).toBeVisible()
  return timed(page, () => box.click())
}

/** Each value of the field once, through its menu. */
async function byMenu(page: Page, field: string, label: string): Promise<number[]> {
  const milliseconds: number[] = []
  for (const value of await valuesOf(page, field)) {
    milliseconds.push(await choose(page, label, value))
    await startOver(page)
  }
  return milliseconds
}

/** “Only this” on the cells of the first rows, each another user. */
async function byCell(page: Page): Promise<number[]> {
  const milliseconds: number[] = []
  const done = new Set<string>()
  const count = await rows(page).count()
  for (let at = 0; at < count && milliseconds.length < TIMES; at += 1) {
    const cell = rows(page)
      .nth(at)
      .locator('td[data-field=api_key_name], td[data-field=user_name]')
      .first()
    const text = await cell.innerText()
    if (done.has(text)) continue
    done.add(text)
    await cell.hover()
    const only = page.locator('[data-actions] button').first()
    milliseconds.push(await timed(page, () => only.click()))
    await startOver(page)
  }
  return milliseconds
}

/** Pieces of names, typed; counted from the last key, so with the pause that waits for another one. */
async function bySearch(page: Page): Promise<number[]> {
  const words = (await valuesOf(page, 'user_name')).map((name) => name.slice(0, 4))
  const milliseconds: number[] = []
  for (const word of new Set(words)) {
    const search = page.getByRole('searchbox')
    milliseconds.push(await timed(page, () => search.pressSequentially(word)))
    await startOver(page)
  }
  return milliseconds
}

/** Ranges of two days, each beginning an hour later. */
async function byRange(page: Page): Promise<number[]> {
  const milliseconds: number[] = []
  const shown = (hours: number) =>
    new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 19)
  for (let at = 0; at < TIMES; at += 1) {
    await page.getByRole('button', { name: /^Time range/ }).click()
    await page.getByLabel('From').fill(shown(72 + at))
    await page.getByLabel('To', { exact: true }).fill(shown(24 + at))
    const apply = page.getByRole('button', { name: 'Apply' })
    milliseconds.push(await timed(page, () => apply.click()))
    await startOver(page)
  }
  return milliseconds
}

test('the first page after a change', async ({ signedIn: page, browser }) => {
  await openView(page, BASE)
  const series: Series[] = [
    { change: 'a value in the table', milliseconds: await byCell(page) },
    { change: 'a user in the menu', milliseconds: await byMenu(page, 'user_name', 'user name') },
    {
      change: 'a model in the menu',
      milliseconds: await byMenu(page, 'platform_model', 'platform model'),
    },
    { change: 'a range of two days', milliseconds: await byRange(page) },
    { change: 'a search, from the last key', milliseconds: await bySearch(page) },
  ]
  const { version } = await json<{ version: string }>(page, '/api/v1/status')
  const { total } = await json<{ total: number }>(page, '/api/v1/logs/usage?from=-365d&page_size=1')
  const text = report(series, { events: total, version, browser: `Chromium ${browser.version()}` })
  keep(text, total, process.env['BENCH_UI_RESULTS'])
})
