/** The reader's place in a list: never lost without being asked, and where one expects it otherwise. */
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from './daybook'
import { minutesAgo, sendEvents, uniqueWord } from './events'

/** How far the list is scrolled; with a number it is scrolled there first. */
function scrolled(page: Page, to = -1): Promise<number> {
  return page.getByRole('table').evaluate((table, top) => {
    let list: Element = table
    while (getComputedStyle(list).overflowY !== 'auto' && list.parentElement) {
      list = list.parentElement
    }
    if (top >= 0) list.scrollTop = top
    return list.scrollTop
  }, to)
}

test('another page, order or filter is read from its top', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&page_size=50')
  const ways = [
    () => page.getByRole('button', { name: 'Next page' }).click(),
    () => page.getByRole('columnheader', { name: 'Cost' }).getByRole('button').click(),
    () =>
      page
        .getByTitle(/^Filter for/)
        .filter({ hasText: /^success/ })
        .click(),
  ]
  for (const way of ways) {
    expect(await scrolled(page, 300)).toBe(300)
    await way()
    await expect.poll(() => scrolled(page)).toBe(0)
    await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  }
})

test('going back leads to where one was in the list', async ({ signedIn: page }) => {
  for (const address of ['/logs/usage?from=-7d&page_size=50', '/requests?from=-7d&page_size=50']) {
    await page.goto(address)
    await expect(page.getByRole('table').getByRole('link').first()).toBeVisible()
    expect(await scrolled(page, 400)).toBe(400)
    await page.getByRole('link', { name: 'Downloads' }).click()
    await expect(page.getByRole('table', { name: /events|Requests/ })).toBeHidden()
    await page.goBack()
    await expect(page.getByRole('table').getByRole('link').first()).toBeVisible()
    await expect.poll(() => scrolled(page)).toBe(400)
  }
})

test('an event opens beside a table that stays a table, at the width of a small notebook', async ({
  signedIn: page,
}) => {
  await page.setViewportSize({ width: 1280, height: 720 })
  await openView(page, '/logs/usage?from=-7d&page_size=50')
  expect(await scrolled(page, 500)).toBe(500)
  const row = rows(page).nth(25)
  await row.scrollIntoViewIfNeeded()
  await row.click()
  await expect(page.getByRole('region', { name: 'Event details' })).toBeVisible()
  await expect(page.locator('tr[aria-current=true]')).toBeInViewport()
})

test('what came since comes in above the event that is open', async ({ signedIn: page }) => {
  const word = uniqueWord('since')
  const call = { stream: 'usage', user_name: word, outcome: 'success' }
  await sendEvents(page.request, [{ ...call, time: minutesAgo(2) }])
  await openView(page, `/logs/usage?from=-1h&q=${word}`)
  await page.getByRole('button', { name: 'Auto' }).click()
  await rows(page).first().click()
  const panel = page.getByRole('region', { name: 'Event details' })
  await expect(panel).toBeVisible()
  const address = page.url()
  await sendEvents(
    page.request,
    [1, 2].map(() => ({ ...call, time: minutesAgo(0) })),
  )
  const newer = page.getByRole('button', { name: '2 newer' })
  await newer.click({ timeout: 25_000 })
  await expect(rows(page)).toHaveCount(3)
  await expect(newer).toBeHidden()
  await expect(panel).toBeVisible()
  expect(page.url()).toBe(address)
  await expect(rows(page).last()).toHaveAttribute('aria-current')
})

test('on a small screen the marked event is in sight', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 500, height: 700 })
  await page.goto('/logs/usage?from=-7d&page_size=50')
  const list = page.getByRole('list', { name: /events/ }).getByRole('listitem')
  await expect(list.nth(1)).toBeVisible()
  for (let at = 0; at < 20; at += 1) await page.keyboard.press('j')
  await expect(list.nth(19)).toHaveAttribute('data-marked')
  await expect(list.nth(19)).toBeInViewport()
})

test('a page after the last one leads to the last one', async ({ signedIn: page }) => {
  await page.goto('/logs/usage?from=-7d&page_size=10&page=90000')
  await expect(page.getByRole('heading', { name: /There is no page 90.000/ })).toBeVisible()
  await page.getByRole('button', { name: 'Go to the last page' }).click()
  await expect(rows(page).first()).toBeVisible()
})

test('other rows per page keep the first row, and refreshing keeps the page', async ({
  signedIn: page,
}) => {
  // Other tests send calls of now.
  const to = new Date(Date.now() - 3_600_000).toISOString()
  await openView(page, `/logs/usage?from=-7d&to=${to}&page_size=25&page=4`)
  const first = () => rows(page).first().getByRole('link').textContent()
  const before = await first()
  await page.getByLabel('Rows per page').selectOption('10')
  await expect(page).toHaveURL(/page=8/)
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  const times = await rows(page).getByRole('link').allTextContents()
  expect(times).toContain(before)
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(page).toHaveURL(/page=9.*as_of=/)
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(page).not.toHaveURL(/as_of=/)
  await expect(page).toHaveURL(/page=9/)
})

test('j goes over the end of a page, also when no event is open', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&page_size=10')
  await expect(rows(page)).toHaveCount(10)
  for (let at = 0; at < 10; at += 1) await page.keyboard.press('j')
  await expect(rows(page).last()).toHaveAttribute('data-marked')
  await page.keyboard.press('j')
  await expect(page).toHaveURL(/page=2/)
  await expect(page).not.toHaveURL(/open=/)
  await expect(rows(page).first()).toHaveAttribute('data-marked')
  await page.keyboard.press('k')
  await expect(page).not.toHaveURL(/page=2/)
  await expect(rows(page).last()).toHaveAttribute('data-marked')
})
