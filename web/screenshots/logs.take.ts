/** Takes the pictures of the logs: `npm run screenshots`. */
import type { Page } from '@playwright/test'
import { expect, openView, test } from '../e2e/daybook'
import { startTail } from './fixedTail'
import { inBothSchemes, last, take } from './picture'

const WEEK = last(168)
const CALLS = `${WEEK}&platform_model=gpt-4o`

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

/** The audit event that switched gpt-4o off. */
async function switchedOff(page: Page): Promise<string> {
  const question = `${WEEK}&resource_name=gpt-4o&action=model.disabled`
  const answer = await page.request.get(`/api/v1/logs/audit?${question}`)
  const { items } = (await answer.json()) as { items: { id: string }[] }
  return items[0]?.id ?? ''
}

inBothSchemes((scheme) => {
  for (const stream of ['audit', 'usage', 'auth', 'system']) {
    test(stream, async ({ signedIn: page }) => {
      const asked = stream === 'audit' ? '&action.ne=log.read' : ''
      await openView(page, `/logs/${stream}?${WEEK}${asked}`)
      await take(page, `${stream}-${scheme}`)
    })
  }

  test('usage with an open event', async ({ signedIn: page }) => {
    const id = await conversation(page)
    await openView(page, `/logs/usage?${CALLS}&open=${id}`)
    await expect(page.getByRole('region', { name: 'Prompt' })).toBeVisible()
    await take(page, `usage-panel-${scheme}`)
  })

  test('audit with what changed', async ({ signedIn: page }) => {
    const id = await switchedOff(page)
    await openView(page, `/logs/audit?${WEEK}&resource_name=gpt-4o&open=${id}`)
    await expect(page.getByRole('table', { name: 'Changes' })).toBeVisible()
    await take(page, `audit-change-${scheme}`)
  })

  test('a value menu', async ({ signedIn: page }) => {
    await openView(page, `/logs/usage?${WEEK}&outcome=error`)
    await page.getByRole('button', { name: 'Add filter' }).click()
    await page.getByRole('dialog').getByLabel('Find a field').fill('platform model')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('checkbox').first()).toBeVisible()
    await take(page, `filter-${scheme}`)
  })

  test('columns', async ({ signedIn: page }) => {
    await openView(page, `/logs/usage?${WEEK}&outcome=error`)
    await page.getByRole('button', { name: 'Columns' }).click()
    await expect(page.getByRole('dialog').getByLabel('Find a column to add')).toBeVisible()
    await take(page, `columns-${scheme}`)
  })

  test('views', async ({ signedIn: page }) => {
    const views = [
      ['failing calls', 'usage', 'from=-24h&outcome=error', true],
      ['expensive calls', 'requests', 'from=-7d&cost.gte=0.1&sort=-cost', false],
      ['models switched on and off', 'audit', 'from=-7d&resource_type=model', true],
    ] as const
    for (const [name, screen, query, shared] of views) {
      // Saved once for both schemes.
      await page.request.post('/api/v1/views', {
        data: { name, screen, query, shared },
        headers: { 'x-daybook-csrf': '1' },
      })
    }
    await openView(page, `/logs/usage?${last(24)}&outcome=error`)
    await page.getByRole('button', { name: 'Views' }).click()
    await expect(page.getByRole('link', { name: /^failing calls/ })).toBeVisible()
    await take(page, `views-${scheme}`)
  })

  test('requests, one of them open', async ({ signedIn: page }) => {
    const id = await conversation(page)
    await page.goto(`/requests?${CALLS}&open=${id}`)
    await expect(page.getByRole('region', { name: 'Request and response' })).toBeVisible()
    await take(page, `requests-${scheme}`)
  })

  test('live', async ({ signedIn: page }) => {
    const answer = await page.request.get(`/api/v1/logs/usage?${WEEK}&kind=call&page_size=24`)
    const { items } = (await answer.json()) as { items: { time: string }[] }
    const tail = await startTail(page)
    await page.goto('/logs/usage?live=true')
    await expect(page.getByRole('status').filter({ hasText: 'Following' })).toBeVisible()
    for (const from of [16, 8, 0]) {
      tail.send(items.slice(from, from + 8).reverse())
      await expect(page.getByText(`${24 - from} shown`)).toBeVisible()
    }
    await page.getByRole('button', { name: 'Pause' }).click()
    await take(page, `live-${scheme}`)
    tail.end()
  })

  test('the timeline', async ({ signedIn: page }) => {
    const id = await switchedOff(page)
    await page.goto(`/timeline?of=audit/${id}&by=resource&around=1h`)
    const list = page.getByRole('list', { name: 'Events in order of time' })
    await expect(list.getByRole('listitem').first()).toBeVisible()
    await take(page, `timeline-${scheme}`)
  })

  test('two events compared', async ({ signedIn: page }) => {
    const pick = async (outcome: string) => {
      const question = `${CALLS}&outcome=${outcome}&page_size=1`
      const answer = await page.request.get(`/api/v1/logs/usage?${question}`)
      const { items } = (await answer.json()) as { items: { id: string }[] }
      return `usage/${items[0]?.id ?? ''}`
    }
    await page.goto(`/compare?a=${await pick('success')}&b=${await pick('error')}`)
    await expect(page.getByRole('table', { name: 'Two events compared' })).toBeVisible()
    await take(page, `compare-${scheme}`)
  })

  test('nothing found', async ({ signedIn: page }) => {
    await page.goto(`/logs/usage?${WEEK}&q=no-such-thing-anywhere`)
    await expect(page.getByRole('heading', { name: 'No events match' })).toBeVisible()
    await take(page, `empty-${scheme}`)
  })

  test.describe('on a phone', () => {
    test.use({ viewport: { width: 390, height: 844 } })
    test('list and event', async ({ signedIn: page }) => {
      await page.goto(`/logs/usage?${CALLS}`)
      await expect(page.getByRole('list', { name: /events/ })).toBeVisible()
      await take(page, `phone-list-${scheme}`)
      await page.goto(`/logs/usage?${CALLS}&open=${await conversation(page)}`)
      await expect(page.getByRole('region', { name: 'Prompt' })).toBeVisible()
      await take(page, `phone-event-${scheme}`)
    })
  })

  test.describe('in Chinese', () => {
    test.use({ locale: 'zh-CN' })
    test('the usage log', async ({ signedIn: page }) => {
      await page.goto(`/logs/usage?${WEEK}`)
      await expect(page.getByRole('table').getByRole('link').first()).toBeVisible()
      await take(page, `usage-chinese-${scheme}`)
    })
  })
})
