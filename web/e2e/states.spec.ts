import { expect, openView, rows, signIn, test } from './daybook'

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
})

test.describe('a session that ends while the page is open', () => {
  test.use({ expectedErrors: [/401/] })

  test('leads to sign-in and back to the same view', async ({ signedIn: page, context }) => {
    await openView(page, '/logs/usage?from=-7d&outcome=error')
    await context.clearCookies()
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect(page.getByLabel('Email')).toBeVisible()
    await signIn(page)
    await expect(page).toHaveURL(/\/logs\/usage\?from=-7d&outcome=error/)
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
