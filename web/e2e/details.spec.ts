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

test('parts of a cell filter by themselves, and Alt excludes what is pressed', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('part')
  const change = {
    stream: 'audit',
    time: minutesAgo(2),
    action: 'document.deleted',
    actor_name: 'nightly',
    resource_type: 'document',
    resource_name: word,
    workspace_name: word,
  }
  await sendEvents(page.request, [
    { ...change, ip: '203.0.113.77', parent_name: 'Policies' },
    { ...change, ip: '203.0.113.78' },
  ])
  const open = async () => {
    await openView(page, `/logs/audit?from=-1h&workspace_name=${word}`)
    await expect(rows(page)).toHaveCount(2)
  }
  await open()
  await page.getByText('203.0.113.77').hover()
  await page.getByRole('button', { name: 'Only 203.0.113.77' }).click()
  await expect(rows(page)).toHaveCount(1)
  await open()
  await page.getByText('203.0.113.77').click({ modifiers: ['Alt'] })
  await expect(page).toHaveURL(/ip\.ne=203\.0\.113\.77/)
  await expect(rows(page)).toHaveCount(1)
  await expect(page).not.toHaveURL(/open=/)
  await open()
  await page.getByText('Policies').hover()
  await page.getByRole('button', { name: 'Only Policies' }).click()
  await expect(page).toHaveURL(/parent_name=Policies/)
})

test('a short value stands in one line', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&kind=call&outcome=success')
  await rows(page).first().click()
  const values = panel(page)
    .getByRole('definition')
    .getByTitle(/^Filter for/)
  await expect(values.filter({ hasText: /^success$/ }).first()).toBeVisible()
  const broken = await values.evaluateAll((buttons) =>
    buttons
      .filter((button) => {
        const text = document.createRange()
        text.selectNodeContents(button)
        const lines = new Set(Array.from(text.getClientRects(), ({ bottom }) => Math.round(bottom)))
        return button.textContent.length <= 20 && lines.size > 1
      })
      .map((button) => button.textContent),
  )
  expect(broken).toEqual([])
})

test('what a program says of itself is read first, line by line', async ({ signedIn: page }) => {
  const word = uniqueWord('trace')
  const lines = ['Traceback (most recent call last):', '  File "a.py", line 3', 'ValueError: x']
  await sendEvents(page.request, [
    {
      stream: 'system',
      time: minutesAgo(2),
      level: 'error',
      event: word,
      message: lines.join('\n'),
    },
  ])
  await openView(page, `/logs/system?from=-1h&event=${word}`)
  await rows(page).first().click()
  const heads = panel(page).getByRole('heading', { level: 3 })
  await expect(heads.first()).toHaveText('Message')
  await expect(heads.filter({ hasText: 'Message' })).toHaveCount(1)
  const shown = await panel(page)
    .getByText('Traceback')
    .evaluate((text) => (text as HTMLElement).innerText)
  expect(shown).toBe(lines.join('\n'))
})

test('figures are never cut, and amounts are told to their last digit', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('huge')
  // Long ago, where no other test looks for what cost most.
  const daysAgo = (days: number) => minutesAgo(days * 24 * 60)
  const range = `from=${daysAgo(61)}&to=${daysAgo(59)}`
  await sendEvents(page.request, [
    {
      stream: 'usage',
      time: daysAgo(60),
      platform_model: word,
      user_name: `${word}-${'long-name-'.repeat(8)}`,
      input_tokens: 9_007_199_254_740_000,
      output_tokens: 5,
      cost: '123456.123456789',
      latency_ms: 987_654_321,
    },
  ])
  const cut = (element: Element) => element.scrollWidth > element.clientWidth
  for (const address of ['/logs/usage', '/requests']) {
    await page.goto(`${address}?${range}&platform_model=${word}`)
    const cells = page.getByRole('row').filter({ hasText: word }).locator('td[data-right]')
    await expect(cells.filter({ hasText: '$' })).toHaveText(/^\$123.456\.123457$/)
    await expect(cells.getByTitle(/^\$123.456\.123456789$/)).toBeVisible()
    for (const cell of await cells.all()) expect(await cell.evaluate(cut)).toBe(false)
  }
  await openView(page, `/logs/usage?${range}&platform_model=${word}`)
  await rows(page).first().click()
  await expect(
    panel(page)
      .getByText(/^987.654.321.ms$/)
      .first(),
  ).toBeVisible()
  const figures = panel(page).locator('[data-figure] > dd')
  await expect(figures.filter({ hasText: /^\$123.456\.123456789$/ })).toBeVisible()
  expect(await figures.count()).toBeGreaterThanOrEqual(3)
  for (const figure of await figures.all()) expect(await figure.evaluate(cut)).toBe(false)
})

test('values of the panel are excluded, and texts found again, without a mouse', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('words')
  const message = (text: string) => ({
    stream: 'system',
    time: minutesAgo(2),
    level: 'error',
    source: word,
    event: 'job.failed',
    message: text,
  })
  await sendEvents(page.request, [message('the disk is full'), message('the net is down')])
  await openView(page, `/logs/system?from=-1h&source=${word}`)
  await rows(page).filter({ hasText: 'disk' }).click()
  const containing = panel(page).getByRole('button', {
    name: 'Only those that contain the disk is full',
  })
  await containing.focus()
  await page.keyboard.press('Enter')
  await expect(rows(page)).toHaveCount(1)
  await expect(page).toHaveURL(/message\.contains=/)
  const exclude = panel(page).getByRole('button', { name: 'All but job.failed' })
  await exclude.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/event\.ne=job\.failed/)
  await panel(page).getByRole('heading').getByRole('button', { name: 'error' }).click()
  await expect(page).toHaveURL(/level=error/)
})

test('on Requests the endpoint filters for the endpoint', async ({ signedIn: page }) => {
  const word = uniqueWord('endpoint')
  await sendEvents(page.request, [
    { stream: 'usage', time: minutesAgo(2), endpoint: `/v1/${word}`, platform_model: word },
  ])
  await page.goto(`/requests?from=-1h&q=${word}`)
  await page.getByText(`/v1/${word}`, { exact: true }).hover()
  await page.getByRole('button', { name: `Only /v1/${word}` }).click()
  await expect(page).toHaveURL(new RegExp(`endpoint=/v1/${word}`))
})

test('what a cell cuts off, its hint says', async ({ signedIn: page }) => {
  const word = uniqueWord('cut')
  const message = `${word} ${'connection refused by the upstream '.repeat(8)}end`
  await sendEvents(page.request, [
    { stream: 'system', time: minutesAgo(2), level: 'error', event: word, message },
  ])
  await openView(page, `/logs/system?from=-1h&event=${word}`)
  await rows(page).first().locator('td[data-field=message]').hover()
  await expect(page.getByRole('tooltip')).toContainText('end')
})
