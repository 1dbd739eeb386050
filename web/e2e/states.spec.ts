import { expect, openView, rows, signIn, test } from './daybook'
import { minutesAgo, sendEvents, settledRange, uniqueWord } from './events'

test('nothing found says what to do, and the button does it', async ({ signedIn: page }) => {
  await page.goto('/logs/usage?from=-7d&q=no-such-thing-anywhere')
  await expect(page.getByRole('heading', { name: 'No events match' })).toBeVisible()
  await page.getByRole('button', { name: 'Clear search and filters' }).click()
  await expect(rows(page).first()).toBeVisible()
})

test.describe('a view that asks for something unknown', () => {
  test.use({ expectedErrors: [/400/] })

  test('names the culprit and offers to remove it', async ({ signedIn: page }) => {
    await page.goto('/logs/usage?from=-7d&cost.gte=plenty')
    await page.getByRole('button', { name: 'Remove the filter on Cost' }).click()
    await expect(rows(page).first()).toBeVisible()
  })
})

test.describe('a lost connection', () => {
  test.use({ expectedErrors: [/Failed to load resource/] })

  test('shows, keeps the events on screen, and heals by itself', async ({ signedIn: page }) => {
    await openView(page, '/logs/usage?from=-7d')
    await page.route(/\/(api|healthz)/, (route) => route.abort())
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(page.getByText('Connection to Daybook lost')).toBeVisible()
    await expect(rows(page).first()).toBeVisible()
    await page.unrouteAll()
    await expect(page.getByText('Connection to Daybook lost')).toBeHidden({ timeout: 10_000 })
  })

  test('keeps the rows, their total and the pager until another page has come', async ({
    signedIn: page,
  }) => {
    for (const place of ['/logs/usage', '/requests']) {
      await page.goto(`${place}?${settledRange(6)}&page_size=10`)
      const table = page.getByRole('table')
      const first = page.locator('tr[data-id]').first()
      await expect(first).toBeVisible()
      const total = page.locator('output')
      const before = await total.textContent()
      const id = (await first.getAttribute('data-id')) ?? ''
      await page.route(/\/(api|healthz)/, (route) => route.abort())
      await page.getByRole('button', { name: 'Next page' }).click()
      const lost = page.getByText('Connection to Daybook lost')
      await expect(lost).toHaveCount(1)
      await expect(table).toHaveAttribute('data-stale')
      await expect(first).toHaveAttribute('data-id', id)
      await expect(total).toHaveText(before ?? '')
      await expect(page.getByRole('button', { name: 'Page 3', exact: true })).toBeVisible()
      await expect(page.getByRole('heading', { name: 'could not be loaded' })).toHaveCount(0)
      await page.unrouteAll()
      await expect(lost).toBeHidden({ timeout: 10_000 })
      await expect(table).not.toHaveAttribute('data-stale')
      await expect(first).not.toHaveAttribute('data-id', id)
    }
  })

  test('leaves the histogram when an event opens', async ({ signedIn: page }) => {
    await page.setViewportSize({ width: 1280, height: 720 })
    await openView(page, '/logs/usage?from=-7d')
    const histogram = page.getByRole('img', { name: /events over time/ })
    await expect(histogram).toBeVisible()
    await page.route(/\/(api|healthz)/, (route) => route.abort())
    await rows(page).first().click()
    await expect(page.getByRole('heading', { name: 'could not be loaded' })).toBeVisible()
    await expect(histogram).toBeVisible()
  })

  test('is told in place of a page that was not open before, which opens by itself', async ({
    signedIn: page,
  }) => {
    await openView(page, '/logs/usage?from=-7d')
    await page.route(/\/(api|healthz|assets)/, (route) => route.abort())
    await page.getByRole('link', { name: 'Users & roles' }).click()
    await expect(page.getByRole('heading', { name: 'No connection to the server' })).toBeVisible()
    await page.unrouteAll()
    await expect(page.getByRole('heading', { level: 1, name: 'Users & roles' })).toBeVisible()
    await expect(page.getByRole('link', { name: /^Open/ }).first()).toBeVisible()
  })

  test('leaves a page as it is where a part of it was not open before', async ({
    signedIn: page,
  }) => {
    await openView(page, '/logs/usage?from=-7d')
    await page.route(/\/(api|healthz|assets)/, (route) => route.abort())
    await page.getByRole('button', { name: 'Columns' }).click()
    await expect(page.getByText('Connection to Daybook lost')).toBeVisible()
    await expect(rows(page).first()).toBeVisible()
    await page.unrouteAll()
    await expect(async () => {
      await page.getByRole('button', { name: 'Columns' }).click()
      await expect(page.getByRole('dialog', { name: 'Columns' })).toBeVisible({ timeout: 2_000 })
    }).toPass()
  })
})

test.describe('a refresh that fails', () => {
  test.use({ expectedErrors: [/500/] })

  test('leaves the events on screen, says that they are old, and tries again', async ({
    signedIn: page,
  }) => {
    for (const address of ['/logs/usage?from=-7d', '/requests?from=-7d']) {
      await page.goto(address)
      const total = page.locator('output')
      await expect(total).toHaveText(/\d/)
      await page.route(/\/api\/v1\/logs\/usage\?/, (route) => route.fulfill({ status: 500 }))
      await page.getByRole('button', { name: 'Refresh' }).click()
      const notice = page.getByRole('alert').filter({ hasText: 'Not up to date' })
      await expect(notice).toContainText(/\d\d:\d\d:\d\d/)
      await expect(page.getByRole('table').getByRole('link').first()).toBeVisible()
      await expect(total).toHaveAttribute('data-stale')
      await page.unrouteAll()
      await notice.getByRole('button', { name: 'Try again' }).click()
      await expect(notice).toBeHidden()
      await expect(total).not.toHaveAttribute('data-stale')
    }
  })
})

test.describe('a session that ends while the page is open', () => {
  test.use({ expectedErrors: [/401/] })

  test('leads to sign-in and back to the same view', async ({ signedIn: page, context }) => {
    await openView(page, '/logs/usage?from=-7d&outcome=error')
    await context.clearCookies()
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(page.getByLabel('Email')).toBeVisible()
    await expect(page.getByText('Your session has ended.')).toBeVisible()
    await signIn(page)
    await expect(page).toHaveURL(/\/logs\/usage\?from=-7d&outcome=error/)
  })

  test('is explained only to whoever did not end it', async ({ signedIn: page }) => {
    await openView(page, '/logs/usage?from=-7d')
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await expect(page.getByLabel('Email')).toBeVisible()
    await expect(page.getByText('Your session has ended.')).toHaveCount(0)
  })
})

test('on a phone the list is compact and an event fills the screen', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } })
  const page = await context.newPage()
  await page.goto('/logs/usage?from=-7d')
  await signIn(page)
  const list = page.getByRole('list', { name: /events/ })
  await list.getByRole('link').first().click()
  const panel = page.getByRole('region', { name: 'Event details' })
  await expect(panel).toBeVisible()
  expect((await panel.boundingBox())?.width).toBe(360)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  expect(overflow, 'nothing reaches over the edge of the screen').toBe(false)
  await page.getByRole('button', { name: 'Close details' }).click()
  await expect(list).toBeVisible()
  await context.close()
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('requests begin in the upper half, their figures below each other', async ({
    signedIn: page,
  }) => {
    const word = uniqueWord('phone')
    const call = { stream: 'usage', user_name: word, platform_model: 'm', outcome: 'success' }
    await sendEvents(page.request, [
      { ...call, time: minutesAgo(3), total_tokens: 12, cost: 0.5 },
      { ...call, time: minutesAgo(2) },
    ])
    await page.goto(`/requests?from=-1h&q=${word}`)
    const shown = page.locator('tr[data-id]')
    await expect(shown).toHaveCount(2)
    const [first, second] = [shown.nth(0), shown.nth(1)]
    expect((await first.boundingBox())?.y).toBeLessThan(422)
    for (const cell of [2, 3, 5]) {
      const [a, b] = [first, second].map((row) => row.locator('td').nth(cell))
      expect(await a?.boundingBox()).toMatchObject({ x: (await b?.boundingBox())?.x })
    }
    const source = page.getByRole('radiogroup', { name: 'Source' })
    await source.getByText('Playground').click()
    await expect(page).toHaveURL(/source=playground/)
    for (const choice of ['All', 'Playground', 'Virtual key']) {
      await expect(source.getByText(choice, { exact: true })).toBeInViewport({ ratio: 1 })
    }
  })

  test('the tools of a list stand behind one button', async ({ signedIn: page }) => {
    await page.goto('/logs/usage?from=-7d')
    await page.getByRole('button', { name: 'More' }).click()
    const menu = page.getByRole('dialog', { name: 'More' })
    await menu.getByRole('button', { name: 'Sort' }).click()
    await menu.getByRole('button', { name: 'Cost, highest first' }).click()
    await expect(page).toHaveURL(/sort=-cost/)
    await expect(menu).toBeHidden()
  })

  test('cards show the code and the cost of a call, however long its user is', async ({
    signedIn: page,
  }) => {
    const word = uniqueWord('card')
    await sendEvents(page.request, [
      {
        stream: 'usage',
        time: minutesAgo(2),
        user_name: `${word} of a name that is much too long for a card on a phone`,
        outcome: 'error',
        status_code: 429,
        cost: 0.006049813,
        total_tokens: 1204,
      },
    ])
    await page.goto(`/logs/usage?from=-1h&q=${word}`)
    const card = page.getByRole('list', { name: /events/ }).getByRole('listitem')
    await expect(card).toContainText('429')
    await expect(card).toContainText('$0.006050')
    const cost = card.getByText('$0.006050', { exact: true })
    expect(await cost.evaluate((text) => text.scrollWidth > text.clientWidth)).toBe(false)
    await expect(cost).toBeInViewport({ ratio: 1 })
  })

  test('the names of all levels are in sight', async ({ signedIn: page }) => {
    await page.goto('/logs/system?from=-30d')
    await expect(page.getByRole('button', { name: 'error and above' })).toBeInViewport({ ratio: 1 })
    await expect(page.getByRole('button', { name: /^critical/ })).toBeInViewport({ ratio: 1 })
  })
})

test.describe('what cannot be loaded', () => {
  test.use({ expectedErrors: [/500|404/] })

  test('says so, and is there after trying again', async ({ signedIn: page }) => {
    const fails = (address: RegExp) =>
      page.route(address, (route) => route.fulfill({ status: 500 }))
    await fails(/\/histogram\?/)
    await openView(page, '/logs/usage?from=-7d')
    const failed = page.getByText('The events over time could not be loaded.')
    await expect(failed).toBeVisible()
    await page.unrouteAll()
    await failed.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('img', { name: /events over time/ })).toBeVisible()

    await fails(/\/events\//)
    await rows(page).first().click()
    const panel = page.getByRole('region', { name: 'Event details' })
    await expect(
      panel.getByRole('heading', { name: 'The event could not be loaded' }),
    ).toBeVisible()
    await page.unrouteAll()
    await panel.getByRole('button', { name: 'Try again' }).click()
    await expect(panel.getByRole('heading', { name: 'Event', exact: true })).toBeVisible()

    const key = `usage/${new URL(page.url()).searchParams.get('open') ?? ''}`
    await fails(/\/events\//)
    await page.goto(`/compare?a=${key}&b=${key}`)
    await expect(page.getByRole('heading', { name: 'The event could not be loaded' })).toBeVisible()
    await page.unrouteAll()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('heading', { name: 'Two events compared' })).toBeVisible()
    await page.goto(`/compare?a=${key}&b=usage/019a0000-0000-7000-8000-000000000000`)
    await expect(page.getByRole('heading', { name: 'This event does not exist' })).toBeVisible()
  })
})

test.describe('a provider that does not exist', () => {
  test.use({ expectedErrors: [/404/] })
  test('is named as missing, not as loading', async ({ signedIn: page }) => {
    await page.goto('/settings/sign-in/nope')
    await expect(
      page.getByRole('heading', { name: 'There is no such identity provider' }),
    ).toBeVisible()
    await expect(page.getByText('Loading')).toHaveCount(0)
  })
})
