/** From any event to everything around it, over all logs; and two events side by side. */
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from './daybook'
import { minutesAgo, sendEvents, uniqueWord } from './events'

/** Each has an address of its own. */
let stories = Math.floor(Math.random() * 200)

/** A person who signs in, calls, changes a model and is refused: four logs, one story. */
async function story(page: Page) {
  stories += 1
  const ip = `192.0.2.${stories}`
  const [who, request, model] = [uniqueWord('u'), uniqueWord('req'), uniqueWord('model')]
  await sendEvents(page.request, [
    {
      stream: 'auth',
      time: minutesAgo(40),
      event: 'sign_in',
      result: 'success',
      user_id: who,
      ip,
    },
    {
      stream: 'audit',
      time: minutesAgo(35),
      action: 'model.disabled',
      actor_id: who,
      actor_name: who,
      resource_type: 'model',
      resource_name: model,
      result: 'success',
      ip,
    },
    {
      stream: 'usage',
      time: minutesAgo(34),
      platform_model: model,
      user_id: who,
      request_id: request,
      outcome: 'error',
      status_code: 404,
      error: 'model is disabled',
    },
    {
      stream: 'system',
      time: minutesAgo(34),
      level: 'error',
      source: 'gateway',
      event: 'route.missing',
      message: 'no route',
      request_id: request,
      resource_name: model,
    },
    {
      stream: 'usage',
      time: minutesAgo(5),
      platform_model: model,
      user_id: 'somebody else',
      outcome: 'success',
      status_code: 200,
    },
  ])
  return { who, model, ip }
}

const lines = (page: Page) =>
  page.getByRole('list', { name: 'Events in order of time' }).getByRole('listitem')

test('an event leads to the same request, user and resource in all logs', async ({
  signedIn: page,
}) => {
  const { who } = await story(page)
  await openView(page, `/logs/usage?from=-1h&user_id=${who}`)
  await rows(page).first().click()
  await page.getByRole('link', { name: 'What happened around this event' }).click()
  await expect(page).toHaveURL(/\/timeline\?of=usage%2F|\/timeline\?of=usage\//)
  await expect(lines(page)).toHaveCount(2)
  await expect(lines(page).nth(1)).toContainText('System events')

  const by = page.getByRole('radiogroup', { name: 'What they have in common' })
  await by.getByText('Same user').click()
  await expect(lines(page)).toHaveCount(3)
  await expect(lines(page).first()).toContainText('Authentication logs')
  await expect(lines(page).nth(1)).toContainText('model.disabled')
  await expect(lines(page).nth(2)).toContainText('here')

  await by.getByText('Same resource').click()
  await expect(lines(page)).toHaveCount(3)
  await page.getByRole('radiogroup', { name: 'Time around it' }).getByText('± 1 h').click()
  await expect(lines(page)).toHaveCount(4)
  await page.getByRole('checkbox', { name: 'Audit' }).uncheck()
  await expect(lines(page)).toHaveCount(3)
  await expect(page).toHaveURL(/by=resource&around=1h&without=audit/)
})

test('it begins where there are other events, and says how many, and what calls answered', async ({
  signedIn: page,
}) => {
  const [model, request] = [uniqueWord('model'), uniqueWord('req')]
  const call = { stream: 'usage', platform_model: model, outcome: 'error' }
  await sendEvents(page.request, [
    {
      stream: 'audit',
      time: minutesAgo(9),
      action: 'model.enabled',
      resource_type: 'model',
      resource_name: model,
      request_id: request,
    },
    { ...call, time: minutesAgo(8), status_code: 503 },
    { ...call, time: minutesAgo(7), status_code: 404 },
  ])
  await openView(page, `/logs/audit?from=-1h&resource_name=${model}`)
  await rows(page).first().click()
  await page.getByRole('link', { name: 'What happened around this event' }).click()
  await expect(lines(page)).toHaveCount(3)
  await expect(lines(page).nth(1)).toContainText('503')
  await expect(lines(page).nth(2)).toContainText('404')
  const by = page.getByRole('radiogroup', { name: 'What they have in common' })
  await expect(by.getByRole('radio', { name: 'Same resource 2' })).toBeChecked()
  await expect(by.getByRole('radio', { name: 'Same request 0' })).not.toBeChecked()
  // A longer time does not lead away from what one looks at.
  await page.getByRole('radiogroup', { name: 'Time around it' }).getByText('± 1 h').click()
  await expect(page).toHaveURL(/by=resource/)
})

test('what is not fetched is no empty time: it is counted, drawn and fetched on demand', async ({
  signedIn: page,
}) => {
  const request = uniqueWord('req')
  const call = (seconds: number) => ({
    stream: 'usage',
    time: new Date(Date.now() - seconds * 1000).toISOString(),
    platform_model: 'm',
    request_id: request,
  })
  const middle = { ...call(120), platform_model: request }
  await sendEvents(page.request, [
    middle,
    ...Array.from({ length: 130 }, (_, at) => call(150 + at * 4)),
  ])
  await openView(page, `/logs/usage?from=-1h&platform_model=${request}`)
  await rows(page).first().click()
  await page.getByRole('link', { name: 'What happened around this event' }).click()
  await expect(lines(page)).toHaveCount(101)
  await expect(page.getByText('30 further events before.')).toBeVisible()
  await page.locator('svg').getByText('30 further events', { exact: true }).click()
  await expect(lines(page)).toHaveCount(131)
  await expect(page.getByText('further events')).toHaveCount(0)
})

test('an address without an event says how to come there', async ({ signedIn: page }) => {
  await page.goto('/timeline')
  await expect(page.getByRole('heading', { name: 'An event is needed' })).toBeVisible()
  await page.getByRole('link', { name: 'Go to the logs' }).click()
  await expect(rows(page).first()).toBeVisible()
})

test('a call leads to what was done to its user and its key, also by name alone', async ({
  signedIn: page,
}) => {
  const [who, key] = [uniqueWord('u'), uniqueWord('k')]
  const about = (type: string, id: string) => ({
    stream: 'audit',
    time: minutesAgo(6),
    action: `${type}.updated`,
    actor_id: 'admin',
    resource_type: type,
    resource_id: id,
  })
  await sendEvents(page.request, [
    {
      stream: 'usage',
      time: minutesAgo(5),
      user_id: who,
      user_name: `${who}-name`,
      api_key_id: key,
    },
    { stream: 'auth', time: minutesAgo(4), event: 'lockout', user_name: `${who}-name` },
    about('user', who),
    about('api_key', key),
  ])
  await openView(page, `/logs/usage?from=-1h&user_id=${who}`)
  await rows(page).first().click()
  await page.getByRole('link', { name: 'What happened around this event' }).click()
  await expect(lines(page)).toHaveCount(3)
  await expect(lines(page).first()).toContainText('user.updated')
  await expect(lines(page).nth(2)).toContainText('lockout')
  const by = page.getByRole('radiogroup', { name: 'What they have in common' })
  await by.getByText('Same API key').click()
  await expect(lines(page)).toHaveCount(2)
  await expect(lines(page).first()).toContainText('api_key.updated')
})

test('what a call cost is told as everywhere, and to the last digit in its title', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('cost')
  await sendEvents(page.request, [
    { stream: 'usage', time: minutesAgo(3), user_id: word, cost: '0.00077775' },
  ])
  await openView(page, `/logs/usage?from=-1h&user_id=${word}`)
  await rows(page).first().click()
  await page.getByRole('link', { name: 'What happened around this event' }).click()
  await expect(lines(page).first().getByTitle('$0.00077775')).toHaveText('$0.000778')
})

test('the keyboard goes through the timeline, and a value leads to its log', async ({
  signedIn: page,
}) => {
  const { who, ip } = await story(page)
  await openView(page, `/logs/audit?from=-1h&actor_id=${who}`)
  await rows(page).first().click()
  const panel = page.getByRole('region', { name: 'Event details' })
  const user = panel.getByRole('listitem').filter({ hasText: 'Same user' })
  await user.getByRole('link', { name: 'Timeline' }).click()
  await expect(lines(page)).toHaveCount(3)
  await page.keyboard.press('j')
  await expect(panel).toContainText('model is disabled')
  await expect(panel).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(lines(page).filter({ hasText: 'Usage logs' }).getByRole('link')).toBeFocused()
  const by = page.getByRole('radiogroup', { name: 'What they have in common' })
  await by.getByText('Same user').click()
  await page.keyboard.press('j')
  await expect(panel).toContainText('model is disabled')
  await page.keyboard.press('k')
  await page.keyboard.press('k')
  await expect(panel.getByRole('heading', { name: /sign_in/ })).toBeVisible()
  await panel.getByRole('button', { name: ip, exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`/logs/auth\\?from=.*&ip=${ip}`))
  await expect(rows(page)).toHaveCount(1)
})

test('two events stand side by side, with what differs', async ({ signedIn: page }) => {
  const { model } = await story(page)
  await openView(page, `/logs/usage?from=-1h&platform_model=${model}`)
  await rows(page).first().click()
  await page.getByRole('button', { name: 'Mark for comparison' }).click()
  await page.keyboard.press('j')
  await page.getByRole('button', { name: 'Compare with the marked event' }).click()
  const table = page.getByRole('table', { name: 'Two events compared' })
  const row = (name: string) =>
    table.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) })
  await expect(row('Status code').getByRole('cell')).toHaveText(['200', '404'])
  await expect(row('Platform model')).toHaveCount(0)
  await page.getByLabel('Also what is the same').check()
  await expect(row('Platform model').getByRole('cell')).toHaveText([model, model])
  const address = page.url()
  await page.getByRole('link', { name: 'Swap sides' }).click()
  await expect(row('Status code').getByRole('cell')).toHaveText(['404', '200'])
  await page.goto(address)
  await expect(row('Status code').getByRole('cell')).toHaveText(['200', '404'])
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } })

  test('every lane says its log, and nothing is wider than the screen', async ({
    signedIn: page,
  }) => {
    const { who } = await story(page)
    const answer = await page.request.get(`/api/v1/logs/usage?from=-1h&user_id=${who}`)
    const { items } = (await answer.json()) as { items: { id: string }[] }
    await page.goto(`/timeline?of=usage/${items[0]?.id ?? ''}&by=user`)
    await expect(lines(page)).toHaveCount(3)
    const names = page.getByRole('list', { name: 'Logs of the drawing, from top to bottom' })
    for (const name of ['Audit', 'Usage logs', 'Authentication logs']) {
      await expect(names.getByText(name, { exact: true })).toBeVisible()
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false)
  })
})

test.describe('an event that is gone', () => {
  test.use({ expectedErrors: [/404/] })
  test('says so', async ({ signedIn: page }) => {
    await page.goto('/timeline?of=usage/never-was')
    await expect(page.getByRole('heading', { name: /does not exist/ })).toBeVisible()
  })
})
