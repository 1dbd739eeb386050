/** Events as they come in. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { expect, rows, test } from './daybook'
import { sendEvents, uniqueWord } from './events'

const now = () => new Date().toISOString()
const event = (source: string, message: string) => ({
  stream: 'system',
  time: now(),
  level: 'info',
  source,
  event: 'beat',
  message,
})

async function follow(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.getByRole('button', { name: 'Live', exact: true }).click()
  await expect(page).toHaveURL(/live=true/)
  await expect(page.getByRole('status').filter({ hasText: 'Following' })).toBeVisible()
}

test('events show the moment they are stored, as far as the filters let them', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('live')
  await follow(page, `/logs/system?source=${word}`)
  await expect(page.getByRole('heading', { name: 'Waiting for events' })).toBeVisible()
  await sendEvents(page.request, [event('another', 'not this one'), event(word, 'the first')])
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page).first()).toContainText('the first')
  await sendEvents(page.request, [event(word, 'the second')])
  await expect(rows(page).first()).toContainText('the second')
  await rows(page).first().click()
  await expect(page.getByRole('region', { name: 'Event details' })).toContainText('the second')
})

test('a pause holds the list still, and nothing of it is lost', async ({ signedIn: page }) => {
  const word = uniqueWord('pause')
  await follow(page, `/logs/system?source=${word}`)
  await sendEvents(page.request, [event(word, 'before')])
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await sendEvents(page.request, [event(word, 'one'), event(word, 'two')])
  await expect(page.getByText('2 waiting')).toBeVisible()
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await expect(rows(page)).toHaveCount(3)
})

test('more than anybody can read is not shown, and is counted', async ({ signedIn: page }) => {
  const word = uniqueWord('flood')
  await follow(page, `/logs/system?source=${word}`)
  const flood = Array.from({ length: 150 }, (_, at) => event(word, `number ${at}`))
  await sendEvents(page.request, flood)
  const text = async (pattern: RegExp) =>
    Number((await page.getByText(pattern).first().textContent())?.replace(/\D/g, '') ?? 0)
  await expect(page.getByText(/\d+ not shown/)).toBeVisible()
  await expect.poll(async () => (await text(/\d+ not shown/)) + (await text(/\d+ shown/))).toBe(150)
  await expect(rows(page).first()).toContainText('number 149')
})

test('requests can be followed, too', async ({ signedIn: page }) => {
  const word = uniqueWord('caller')
  await follow(page, `/requests?user_name=${word}`)
  await sendEvents(page.request, [
    { stream: 'usage', time: now(), endpoint: '/v1/live', user_name: word, outcome: 'success' },
  ])
  const table = page.getByRole('table', { name: 'Requests' })
  await expect(table).toContainText('/v1/live')
  await expect(table.getByRole('rowheader')).toHaveText('Today')
})

test('a broken connection is made again, and what came meanwhile is shown', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('broken')
  const body = ': from now on\n\n'
  const ends = { contentType: 'text/event-stream', body }
  await page.route(/\/tail\?/, (route) => route.fulfill(ends), { times: 1 })
  await page.goto(`/logs/system?source=${word}&live=true`)
  await expect(page.getByText('Connection lost. Trying again …')).toBeVisible()
  await sendEvents(page.request, [event(word, 'one'), event(word, 'two')])
  await expect(page.getByRole('status').filter({ hasText: 'Following' })).toBeVisible()
  await expect(rows(page)).toHaveCount(2)
  await sendEvents(page.request, [event(word, 'after')])
  await expect(rows(page)).toHaveCount(3)
  await expect(rows(page).first()).toContainText('after')
  await expect(page.getByText('Some missed')).toBeHidden()
})

test('a server that falls silent is noticed, said so, and left for one that answers', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('silent')
  // It begins like a tail, and then says nothing any more.
  const silent = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' })
    answer.write(': from now on\n\n')
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  await page.clock.install()
  await page.route(
    /\/tail\?/,
    (route) => route.continue({ url: `http://127.0.0.1:${port}/tail?` }),
    { times: 1 },
  )
  await page.goto(`/logs/system?source=${word}&live=true`)
  const state = page.getByRole('status').filter({ hasText: /Following|lost/ })
  await expect(state).toHaveText('Following')
  await page.clock.fastForward(45_000)
  await expect(state).toHaveText('Connection lost. Trying again …')
  await sendEvents(page.request, [event(word, 'during the silence')])
  await page.clock.fastForward(3_000)
  await expect(state).toHaveText('Following')
  await sendEvents(page.request, [event(word, 'after the silence')])
  await page.clock.fastForward(2_000)
  await expect(rows(page)).toHaveCount(2)
  silent.closeAllConnections()
  silent.close()
})

test('audit events come with their place in the ledger', async ({ signedIn: page }) => {
  const word = uniqueWord('ledger')
  await follow(page, `/logs/audit?resource_name=${word}`)
  const change = { stream: 'audit', time: now(), action: 'model.disabled', resource_name: word }
  const [receipt] = await sendEvents(page.request, [change])
  await expect(rows(page)).toHaveCount(1)
  await rows(page).first().click()
  const panel = page.getByRole('region', { name: 'Event details' })
  await expect(
    panel.getByRole('definition').filter({ hasText: receipt?.leaf_hash ?? 'a receipt' }),
  ).toBeVisible()
})

test('a live list has no range, and choosing one ends it', async ({ signedIn: page }) => {
  await follow(page, '/logs/system?from=-7d')
  const range = page.getByRole('button', { name: 'Time range: From now on' })
  await expect(range).toHaveText(/^From now on\s*UTC/)
  await range.click()
  await page.getByRole('button', { name: 'Last hour' }).click()
  await expect(page).not.toHaveURL(/live=/)
  await expect(page.getByRole('button', { name: 'Time range: Last hour' })).toBeVisible()
})

test.describe('a live list that the server ends', () => {
  test.use({ expectedErrors: [/404/] })

  test('keeps its events, says why it goes on no more, and can be tried again', async ({
    signedIn: page,
  }) => {
    const word = uniqueWord('refused')
    const body = `data: ${JSON.stringify({ id: word, ...event(word, 'the last') })}\n\n`
    const ends = { contentType: 'text/event-stream', body }
    const refuses = { status: 404, json: { error: { code: 'not_found', message: 'it is gone' } } }
    await page.route(/\/tail\?/, (route) => route.fulfill(refuses))
    await page.route(/\/tail\?/, (route) => route.fulfill(ends), { times: 1 })
    await page.goto(`/logs/system?source=${word}&live=true`)
    await expect(rows(page)).toHaveCount(1)
    const notice = page.getByRole('alert').filter({ hasText: 'No further events come in' })
    await expect(notice).toContainText('It is gone.')
    await expect(page.getByRole('status').filter({ hasText: 'Ended' })).toBeVisible()
    await page.unrouteAll()
    await notice.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('status').filter({ hasText: 'Following' })).toBeVisible()
    await expect(notice).toBeHidden()
    await expect(rows(page)).toHaveCount(1)
  })
})

test('going live and back keeps order, page and the open event', async ({ signedIn: page }) => {
  const address = '/logs/usage?from=-7d&sort=-cost&page_size=10&page=2'
  await page.goto(address)
  await expect(rows(page)).toHaveCount(10)
  const live = page.getByRole('button', { name: 'Live', exact: true })
  await live.click()
  await expect(page.getByRole('status').filter({ hasText: 'Following' })).toBeVisible()
  // The total of what is asked stays in sight, beside what came in.
  await expect(page.locator('output').filter({ hasText: 'Last 7 days' })).toHaveText(/^\d/)
  await live.click()
  await expect(page).toHaveURL(/sort=-cost/)
  await expect(page).toHaveURL(/page=2/)
  await expect(page.getByRole('columnheader', { name: 'Cost' })).toHaveAttribute(
    'aria-sort',
    'descending',
  )
})

test('a live list stands still around its open event, and says so', async ({ signedIn: page }) => {
  const word = uniqueWord('still')
  await follow(page, `/logs/system?source=${word}`)
  await sendEvents(page.request, [event(word, 'one')])
  await rows(page).first().click()
  await expect(page.getByText('Standing still while an event is open')).toBeVisible()
  await sendEvents(page.request, [event(word, 'two')])
  await expect(page.getByText('1 waiting')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('status').filter({ hasText: 'Following' })).toBeVisible()
  await expect(rows(page)).toHaveCount(2)
})
