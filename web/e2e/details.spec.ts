/** One event in full: what it cost and why, what changed, its neighbours, and ways to take it along. */
import type { Page } from '@playwright/test'
import { expect, money, openView, rows, test } from './daybook'
import { minutesAgo, sendEvents, uniqueWord } from './events'

const panel = (page: Page) => page.getByRole('region', { name: 'Event details' })
const digits = (text: string | null) => Number((text ?? '').replace(/\D/g, ''))

test('the cost of a call is spelled out, and its tokens with cache and reasoning', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/usage?from=-7d&sort=-cost&cache_read_tokens.gt=0')
  await rows(page).first().click()
  const items = panel(page).getByRole('table', { name: 'Billing items' })
  await expect(items).toBeVisible()
  const lines = items.getByRole('row').filter({ hasText: '×' })
  let sum = 0
  for (const line of await lines.all()) {
    const [, quantity, price, amount] = await line.getByRole('cell').allTextContents()
    const perMillion = money(price?.split('/')[0] ?? '') / (price?.includes('/ 1M') ? 1e6 : 1)
    expect(digits(quantity ?? '') * perMillion).toBeCloseTo(money(amount ?? ''), 5)
    sum += money(amount ?? '')
  }
  const total = await items.getByRole('row').last().getByRole('cell').last().textContent()
  expect(sum).toBeCloseTo(money(total ?? ''), 4)

  const tokens = panel(page).getByRole('table', { name: 'Tokens' })
  const count = async (name: string) =>
    digits(
      await tokens
        .getByRole('row')
        .filter({ hasText: name })
        .getByRole('cell')
        .nth(1)
        .textContent(),
    )
  expect(await count('Total')).toBe((await count('Input')) + (await count('Output')))
  expect(await count('read from cache')).toBeLessThanOrEqual(await count('Input'))
})

test('a change of many lines is told line by line', async ({ signedIn: page }) => {
  const word = uniqueWord('policy')
  await sendEvents(page.request, [
    {
      stream: 'audit',
      time: minutesAgo(2),
      action: 'policy.updated',
      resource_name: word,
      actor_name: 'ana',
      changes: [
        { field: 'readers', old: ['Engineering'], new: ['Engineering', 'Support'] },
        { field: 'text', old: 'one\ntwo', new: 'one\nthree' },
        { field: 'limit', old: 5, new: null },
      ],
    },
  ])
  await openView(page, `/logs/audit?from=-1h&resource_name=${word}`)
  await rows(page).first().click()
  const changes = panel(page).getByRole('table', { name: 'Changes' })
  const row = (field: string) => changes.getByRole('row').filter({ hasText: field })
  await expect(row('readers')).toContainText(/New:\s*"Support"/)
  await expect(row('readers')).not.toContainText('Old')
  await expect(row('text')).toContainText('Old: two')
  await expect(row('text')).toContainText('New: three')
  await expect(row('limit').getByRole('cell')).toHaveText(['limit', '5', 'not set'])
})

test('previous and next go through the list, over the end of a page', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/usage?from=-7d&page_size=10&kind=call')
  await rows(page).nth(8).click()
  const open = () => new URL(page.url()).searchParams.get('open')
  const first = open()
  const next = panel(page).getByRole('button', { name: 'Next event' })
  await next.click()
  await expect.poll(open).not.toBe(first)
  const second = open()
  await next.click()
  await expect(page).toHaveURL(/page=2/)
  await panel(page).getByRole('button', { name: 'Previous event' }).click()
  await expect.poll(open).toBe(second)
  await expect(page).not.toHaveURL(/page=2/)
})

test.describe('copies', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] })

  test('of an event are its address, its id, its JSON, and the command that fetches it', async ({
    signedIn: page,
  }) => {
    await openView(page, '/logs/usage?from=-7d')
    await rows(page).first().click()
    await expect(panel(page).getByRole('heading', { name: 'Event', exact: true })).toBeVisible()
    const id = new URL(page.url()).searchParams.get('open') ?? ''
    const copied = async (name: string) => {
      await panel(page).getByRole('button', { name, exact: true }).first().click()
      await expect(panel(page).getByRole('button', { name: 'Copied' })).toBeVisible()
      const text = await page.evaluate(() => navigator.clipboard.readText())
      await expect(panel(page).getByRole('button', { name: 'Copied' })).toBeHidden()
      return text
    }
    expect(await copied('Copy link')).toBe(page.url())
    expect(await copied('Copy ID')).toBe(id)
    expect((JSON.parse(await copied('Copy JSON')) as { id: string }).id).toBe(id)
    expect(await copied('Copy curl command')).toContain(`/api/v1/logs/usage/events/${id}`)
  })
})

test('a value under the mouse filters from the table: only this, or all but this', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/usage?from=-7d&kind=call')
  const model = rows(page).first().locator('td[data-field=platform_model]')
  const name = (await model.textContent()) ?? ''
  await model.hover()
  await page.getByRole('button', { name: `All but ${name}` }).click()
  await expect(page).toHaveURL(/platform_model\.ne=/)
  await expect(rows(page).first().locator('td[data-field=platform_model]')).not.toHaveText(name)
  await page.getByRole('button', { name: /^Remove filter Platform model/ }).click()
  await model.hover()
  await page.getByRole('button', { name: `Only ${name}` }).click()
  await expect(page).toHaveURL(/platform_model=/)
})
