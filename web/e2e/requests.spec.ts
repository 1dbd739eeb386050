/** The Requests page as the people who debug calls use it. */
import type { Page } from '@playwright/test'
import { expect, signIn, test, total } from './daybook'
import { minutesAgo, sendEvents, settledRange, uniqueWord } from './events'

const DIALECTS = ['openai_chat', 'openai_responses', 'anthropic_messages', 'gemini']

const table = (page: Page) => page.getByRole('table', { name: 'Requests' })
const rows = (page: Page) =>
  table(page)
    .getByRole('row')
    .filter({ has: page.locator('a[aria-expanded]') })
const details = (page: Page) => page.getByRole('region', { name: 'Request and response' })

/** Chooses on a toggle by the names that are read out. */
const choose = (page: Page, toggle: string, word: string) =>
  page.getByRole('radiogroup', { name: toggle }).getByText(word, { exact: true }).click()

async function openRequests(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await expect(rows(page).first()).toBeVisible()
}

test('requests stand under the day they were made, with source, tokens, cost and status', async ({
  signedIn: page,
}) => {
  await openRequests(page, '/requests?from=-7d&page_size=100&cost.gt=0')
  await expect(table(page).getByRole('rowheader').first()).toHaveText('Today')
  const first = rows(page).first()
  await expect(first.getByRole('cell').nth(2)).toHaveText(/^[\d\u202f]+$/)
  await expect(first.getByRole('cell').nth(3)).toHaveText(/^\$\d+\.\d{6}$/)
  await expect(first.getByRole('cell').nth(5)).toHaveText(/^\d\d:\d\d:\d\d$/)

  const midnight = new Date()
  midnight.setUTCHours(0, 0, 0, 0)
  const from = new Date(midnight.getTime() - 40 * 3_600_000)
  const to = new Date(midnight.getTime() - 10 * 3_600_000)
  await openRequests(page, `/requests?from=${from.toISOString()}&to=${to.toISOString()}`)
  const named = table(page).getByRole('rowheader')
  await expect(named.first()).toHaveText('Yesterday')
})

test('the toggles narrow the list, and the total follows', async ({ signedIn: page }) => {
  await openRequests(page, `/requests?${settledRange(6)}`)
  const all = await total(page)
  await choose(page, 'Status', 'Error')
  await expect(page).toHaveURL(/outcome=error/)
  await expect.poll(() => total(page)).toBeLessThan(all)
  const errors = await total(page)
  await choose(page, 'Status', 'Success')
  await expect.poll(() => total(page)).toBe(all - errors)
  await choose(page, 'Status', 'All')
  await choose(page, 'Source', 'Virtual key')
  await expect(page).toHaveURL(/source=virtual_key/)
  const keys = await total(page)
  await choose(page, 'Source', 'Playground')
  await expect.poll(() => total(page)).not.toBe(keys)
  expect(await total(page)).toBeLessThan(all)
  await expect(page.getByRole('button', { name: /^Edit filter/ })).toHaveCount(0)
})

test('search finds part of an endpoint, a model, a user, a key and metadata, in any case', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('zq')
  const call = { stream: 'usage', outcome: 'success', time: minutesAgo(5) }
  await sendEvents(page.request, [
    { ...call, endpoint: `/v1/${word}/chat` },
    { ...call, platform_model: `model-${word}` },
    { ...call, user_name: `${word}@example.com` },
    { ...call, api_key_name: `key ${word}` },
    { ...call, metadata: { [`a${word}b`]: 'x' } },
    { ...call, metadata: { team: `the ${word} team` } },
  ])
  await openRequests(page, '/requests?from=-24h')
  await page.keyboard.press('/')
  await page.keyboard.type(word.toUpperCase())
  await expect.poll(() => total(page)).toBe(6)
})

test('a request opens in place as a conversation, in every dialect', async ({ signedIn: page }) => {
  for (const dialect of DIALECTS) {
    await openRequests(
      page,
      `/requests?from=-30d&page_size=10&outcome=success&content.exists=true&protocol=${dialect}`,
    )
    await rows(page).first().click()
    await expect(rows(page).first().getByRole('link')).toHaveAttribute('aria-expanded', 'true')
    const request = details(page).getByRole('region', { name: 'Request', exact: true })
    await expect(request.getByRole('heading', { name: 'user' }).first()).toBeVisible()
    const response = details(page).getByRole('region', { name: 'Response', exact: true })
    await expect(response.getByRole('heading', { name: /^(assistant|model)$/ })).toBeVisible()
    await expect(details(page)).toContainText(/Latency\s*[\d\u202f]+\s*ms/)
    await expect(details(page)).toContainText(/Prompt tokens\s*\d/)
    await expect(details(page)).toContainText(/Completion tokens\s*\d/)
    await request.getByRole('button', { name: 'JSON', exact: true }).click()
    await expect(request).toContainText(/"(messages|input|contents)"/)
    await rows(page).first().click()
    await expect(details(page)).toBeHidden()
  }
})

test('a failed request says why, and its metadata can be searched for', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('department')
  await sendEvents(page.request, [
    {
      stream: 'usage',
      time: minutesAgo(3),
      endpoint: '/v1/other',
      platform_model: 'some-model',
      outcome: 'error',
      status_code: 451,
      error: `blocked by the guardrail of ${word}`,
      request: { no: 'chat', at: ['all'] },
      metadata: { department: word },
    },
  ])
  await openRequests(page, `/requests?from=-1h&q=${word}`)
  await expect(rows(page).first()).toContainText('451')
  await rows(page).first().click()
  const error = details(page).getByRole('region', { name: 'Error' })
  await expect(error).toContainText(`blocked by the guardrail of ${word}`)
  const request = details(page).getByRole('region', { name: 'Request', exact: true })
  await expect(request.locator('pre')).toContainText('"no": "chat"')
  await page.goto('/requests?from=-1h&outcome=error&platform_model=some-model')
  await rows(page).filter({ hasText: '451' }).first().click()
  await details(page).getByRole('button', { name: word }).first().click()
  await expect(page).toHaveURL(new RegExp(`q=${word}`))
})

test('auto refresh brings new requests by itself, also after paging', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('auto')
  const call = { stream: 'usage', endpoint: '/v1/auto', user_name: word, outcome: 'success' }
  const earlier = Array.from({ length: 12 }, (_, at) => ({ ...call, time: minutesAgo(at + 2) }))
  await sendEvents(page.request, earlier)
  await openRequests(page, `/requests?from=-1h&q=${word}&page_size=10`)
  const auto = page.getByRole('button', { name: 'Auto' })
  await auto.click()
  await expect(auto).toHaveAttribute('aria-pressed', 'true')
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(page).toHaveURL(/page=2/)
  await expect(rows(page)).toHaveCount(2)
  await expect(auto).toHaveAttribute('aria-pressed', 'true')
  await sendEvents(page.request, [{ ...call, time: minutesAgo(0) }])
  await expect.poll(() => total(page), { timeout: 15_000 }).toBe(13)
  await expect(rows(page)).toHaveCount(3)
  await auto.click()
  await expect(auto).toHaveAttribute('aria-pressed', 'false')
})

test('while a request is open the list stands still around it and counts what is new', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('still')
  const call = { stream: 'usage', endpoint: '/v1/still', user_name: word, outcome: 'success' }
  await sendEvents(page.request, [{ ...call, time: minutesAgo(2) }])
  await openRequests(page, `/requests?from=-1h&q=${word}`)
  await page.getByRole('button', { name: 'Auto' }).click()
  await rows(page).first().click()
  await expect(details(page)).toBeVisible()
  await sendEvents(page.request, [{ ...call, time: new Date().toISOString() }])
  const newer = page.getByRole('button', { name: '1 newer' })
  await expect(newer).toBeVisible({ timeout: 15_000 })
  await expect(rows(page)).toHaveCount(1)
  await newer.click()
  await expect(rows(page)).toHaveCount(2)
  await expect(details(page)).toBeVisible()
})

test('the rows of a page are remembered on the next visit', async ({ signedIn: page, context }) => {
  await openRequests(page, '/requests?from=-7d')
  await page.getByLabel('Rows per page').selectOption('10')
  await expect(rows(page)).toHaveCount(10)
  const later = await context.newPage()
  await openRequests(later, '/requests?from=-7d')
  await expect(later.getByLabel('Rows per page')).toHaveValue('10')
  await expect(rows(later)).toHaveCount(10)
})

test('the address of an open request shows it to someone else', async ({
  signedIn: page,
  browser,
}) => {
  await openRequests(page, '/requests?from=-7d&outcome=success&content.exists=true')
  await rows(page).nth(1).click()
  await expect(page).toHaveURL(/open=/)
  const text = await details(page).getByRole('region', { name: 'Response' }).textContent()
  const other = await (await browser.newContext()).newPage()
  await other.goto(page.url())
  await signIn(other)
  await expect(details(other).getByRole('region', { name: 'Response' })).toHaveText(text ?? '')
  await other.context().close()
})

test('requests are sorted by what is no column, without the headings of days', async ({
  signedIn: page,
}) => {
  await openRequests(page, '/requests?from=-7d&cost.gt=0')
  await page.getByRole('button', { name: 'Sort', exact: true }).click()
  await page
    .getByRole('dialog', { name: 'Sort' })
    .getByRole('button', { name: 'Cost, highest first' })
    .click()
  await expect(page).toHaveURL(/sort=-cost/)
  await expect(table(page)).toHaveAttribute('aria-busy', 'false')
  await expect(table(page).getByRole('rowheader')).toHaveCount(0)
  const cells = await rows(page).locator('td:nth-child(4)').allTextContents()
  const costs = cells.map((text) => Number(text.replace(/[^\d.]/g, '')))
  expect(costs).toEqual([...costs].sort((a, b) => b - a))
  await expect(rows(page).first().getByRole('cell').nth(5)).toHaveText(
    /^\d\d \w{3} \d\d:\d\d:\d\d$/,
  )
  await page.getByRole('button', { name: 'Sort', exact: true }).click()
  await page.getByRole('button', { name: 'Calls, highest first' }).click()
  await expect(page).toHaveURL(/sort=-call_count/)
})

test('rows are as dense as in the other logs, and can be denser', async ({ signedIn: page }) => {
  await openRequests(page, '/requests?from=-7d')
  const height = async () => (await rows(page).first().boundingBox())?.height
  expect(await height()).toBe(32)
  await page.getByRole('button', { name: 'Rows', exact: true }).click()
  await page.getByRole('radiogroup', { name: 'Rows' }).getByText('Compact').click()
  await expect.poll(height).toBe(26)
})

test('a long model has the room that its endpoint does not need', async ({ signedIn: page }) => {
  const word = uniqueWord('model')
  const model = `${word}-with-a-long-name-and-a-date-2026`
  const call = { stream: 'usage', time: minutesAgo(2), platform_model: model }
  await sendEvents(page.request, [
    { ...call, endpoint: '/v1/x' },
    { ...call, endpoint: `/v1/${'very/'.repeat(30)}long` },
  ])
  await openRequests(page, `/requests?from=-1h&q=${word}`)
  const short = rows(page).filter({ hasText: '/v1/x' }).getByText(model)
  const cut = (text: Element) => {
    const part = text.closest('[data-part]')
    return part !== null && part.scrollWidth > part.clientWidth
  }
  expect(await short.evaluate(cut)).toBe(false)
  const long = rows(page).filter({ hasText: 'very' })
  const widths = await long
    .locator('a [data-part]')
    .evaluateAll((parts) => parts.map((part) => part.clientWidth))
  expect(Math.min(...widths)).toBeGreaterThan(100)
})

test('enter opens the marked request, and closes it', async ({ signedIn: page }) => {
  await openRequests(page, '/requests?from=-7d&page_size=10')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(details(page)).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(details(page)).toBeHidden()
})
