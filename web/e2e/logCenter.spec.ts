import { column, expect, money, openView, rows, signIn, test, total } from './daybook'
import { minutesAgo, sendEvents, settledRange, uniqueWord } from './events'

const TABS = ['Audit', 'Usage logs', 'Authentication logs', 'System events']

test('the four logs are tabs, and each has events', async ({ signedIn: page }) => {
  await page.goto('/')
  for (const name of TABS) {
    await page.getByRole('tab', { name, exact: true }).click()
    await expect(page.getByRole('tab', { name, exact: true })).toHaveAttribute(
      'aria-selected',
      'true',
    )
    await page.getByRole('button', { name: /^Time range/ }).click()
    await page.getByRole('button', { name: 'Last 30 days', exact: true }).click()
    await expect(rows(page).first()).toBeVisible()
    expect(await total(page)).toBeGreaterThan(0)
  }
})

test('who disabled gpt-4o yesterday is found in the audit log, with what changed', async ({
  signedIn: page,
}) => {
  const midnight = new Date()
  midnight.setUTCHours(0, 0, 0, 0)
  const yesterday = new Date(midnight.getTime() - 86_400_000)
  await openView(
    page,
    `/logs/audit?from=${yesterday.toISOString()}&to=${midnight.toISOString()}&resource_name=gpt-4o`,
  )
  await rows(page).filter({ hasText: 'model.disabled' }).first().click()

  const panel = page.getByRole('region', { name: 'Event details' })
  await expect(panel.getByRole('heading', { name: /model\.disabled/ })).toBeVisible()
  const change = panel.getByRole('table', { name: 'Changes' }).getByRole('row').last()
  await expect(change.getByRole('cell')).toHaveText(['enabled', 'true', 'false'])
})

test('a filter chosen from the value menu narrows the list, and the total follows exactly', async ({
  signedIn: page,
}) => {
  await openView(page, `/logs/usage?${settledRange(6)}`)
  const before = await total(page)
  await page.getByRole('button', { name: 'Add filter' }).click()
  const menu = page.getByRole('dialog')
  await menu.getByLabel('Find a field').fill('platform model')
  await page.keyboard.press('Enter')
  const value = menu.getByRole('checkbox').first()
  await value.check()
  const label = (await menu.locator('label').first().innerText()).split('\n')
  const count = Number(label.at(-1)?.replace(/\D/g, ''))
  await page.keyboard.press('Escape')

  await expect.poll(() => total(page)).toBe(count)
  expect(count).toBeLessThan(before)
  const models = new Set(await column(page, 'Model'))
  expect(models).toEqual(new Set([label[0]]))
})

test('sorting by cost brings the most expensive call to the top', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&kind=call')
  await page.getByRole('columnheader', { name: 'Cost' }).getByRole('button').click()
  await expect(page.getByRole('columnheader', { name: 'Cost' })).toHaveAttribute(
    'aria-sort',
    'descending',
  )
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  const costs = (await column(page, 'Cost')).map(money)
  expect(costs.length).toBeGreaterThan(1)
  expect(costs).toEqual([...costs].sort((a, b) => b - a))
  expect(costs[0]).toBeGreaterThan(0)
})

test('search asks by itself after a pause, and `/` leads to it', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d')
  const before = await total(page)
  await page.keyboard.press('/')
  await expect(page.getByLabel('Search', { exact: true })).toBeFocused()
  await page.keyboard.type('GPT-4o')
  await expect(page).toHaveURL(/q=GPT-4o/)
  await expect.poll(() => total(page)).toBeLessThan(before)
  expect(await total(page)).toBeGreaterThan(0)
})

test('an address shows the same view to someone else', async ({ signedIn: page, browser }) => {
  await openView(page, '/logs/usage?from=-7d&sort=-cost&page_size=25&outcome=success')
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(page).toHaveURL(/page=2/)
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  await rows(page).nth(2).click()
  await expect(page).toHaveURL(/open=/)
  const costs = await column(page, 'Model')
  const id = new URL(page.url()).searchParams.get('open') ?? ''

  const other = await (
    await browser.newContext({ viewport: { width: 1440, height: 900 } })
  ).newPage()
  await other.goto(page.url())
  await signIn(other)
  await expect(
    other
      .getByRole('region', { name: 'Event details' })
      .getByRole('button', { name: id, exact: true }),
  ).toBeVisible()
  await expect(rows(other).first()).toBeVisible()
  expect(await column(other, 'Model')).toEqual(costs)
  await other.context().close()
})

test('pages follow each other without a gap or an overlap', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&page_size=10')
  const times = async () => (await rows(page).getByRole('link').allTextContents()).join('|')
  const first = await times()
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(page).toHaveURL(/page=2.*as_of=/)
  await expect.poll(times).not.toBe(first)
  await page.getByRole('button', { name: 'Previous page' }).click()
  await expect.poll(times).toBe(first)
  await expect(page.getByLabel('Rows per page')).toHaveValue('10')
})

test('the keyboard goes through events: j, enter, j, esc', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d')
  for (const key of ['j', 'j', 'Enter']) await page.keyboard.press(key)
  const panel = page.getByRole('region', { name: 'Event details' })
  await expect(panel).toBeVisible()
  const opened = page.url()
  await page.keyboard.press('j')
  await expect(page).not.toHaveURL(opened)
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
})

test('a value in the panel filters, and with Alt excludes', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&kind=call')
  await rows(page).first().click()
  const panel = page.getByRole('region', { name: 'Event details' })
  const provider = panel.getByTitle(/^Filter for/).filter({ hasText: /^call$/ })
  await provider.click({ modifiers: ['Alt'] })
  await expect(page).toHaveURL(/kind\.ne=call/)
})

test('a yes or no in the panel filters for what it says', async ({ signedIn: page }) => {
  const word = uniqueWord('stream')
  const call = { stream: 'usage', time: minutesAgo(2), platform_model: word, outcome: 'success' }
  await sendEvents(page.request, [
    { ...call, is_stream: true },
    { ...call, is_stream: true },
    { ...call, is_stream: false },
  ])
  await openView(page, `/logs/usage?from=-1h&platform_model=${word}&is_stream=true`)
  await expect(rows(page)).toHaveCount(2)
  await rows(page).first().click()
  const panel = page.getByRole('region', { name: 'Event details' })
  await panel.getByRole('button', { name: 'All but yes' }).click()
  await expect(page).toHaveURL(/is_stream\.ne=true/)
  await expect(rows(page)).toHaveCount(1)
  await expect(page.getByRole('button', { name: 'Edit filter Streamed is not yes' })).toBeVisible()
})

test('the column of the order stays beside an open event', async ({ signedIn: page }) => {
  await page.setViewportSize({ width: 1280, height: 720 })
  await openView(page, `/logs/usage?${settledRange(6)}&sort=-cost`)
  await rows(page).first().click()
  await expect(page.getByRole('region', { name: 'Event details' })).toBeVisible()
  await expect(page.getByRole('columnheader', { name: 'Cost' })).toBeVisible()
})

test('dragging over the histogram zooms in', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d')
  const before = await total(page)
  const box = await page.getByRole('img', { name: /events over time/ }).boundingBox()
  if (!box) throw new Error('the histogram has no size')
  await page.mouse.move(box.x + box.width * 0.4, box.y + 30)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, box.y + 30)
  await page.mouse.up()
  await expect(page).toHaveURL(/from=20.*to=20/)
  await expect.poll(() => total(page)).toBeLessThan(before)
})

test('the audit log opens without who read it, says so, and shows it when asked', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/audit?from=-7d&result=success')
  await page.goto('/logs/usage')
  await page.getByRole('tab', { name: 'Audit', exact: true }).click()
  await expect(page).toHaveURL(/action\.ne=log\.read/)
  await expect(rows(page).first()).toBeVisible()
  await expect(rows(page).filter({ hasText: 'log.read' })).toHaveCount(0)
  const hiding = await total(page)
  await page.getByRole('button', { name: 'Remove filter Action is not log.read' }).click()
  await expect(page).toHaveURL(/\/logs\/audit\?from=-24h$/)
  await expect.poll(() => total(page)).toBeGreaterThan(hiding)
  await expect(rows(page).filter({ hasText: 'log.read' }).first()).toBeVisible()
  await page.goto('/logs/audit')
  await expect(page.getByRole('button', { name: /^Edit filter Action is not/ })).toBeVisible()
})

test('only a value takes the place of others, and what is excluded is not asked for', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/usage?from=-7d&outcome=success')
  const legend = (name: RegExp) => page.getByTitle(/^Filter for/).filter({ hasText: name })
  await expect(page.getByRole('button', { name: /^Edit filter Outcome is success/ })).toBeVisible()
  await legend(/^success/).click({ modifiers: ['Alt'] })
  await expect(page).toHaveURL(/outcome\.ne=success/)
  await expect(page).not.toHaveURL(/outcome=success/)
  await legend(/^error/).click()
  await expect(page).toHaveURL(/outcome=error/)
  await expect(page).not.toHaveURL(/outcome\.ne=/)
})

test('a level and all above it are one press, in the legend and in the filter menu', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/system?from=-7d')
  const legend = page.getByRole('button', { name: 'error and above', exact: true })
  await legend.click()
  await expect(page).toHaveURL(/level\.gte=error/)
  await expect(legend).toHaveAttribute('aria-pressed', 'true')
  await page.getByRole('button', { name: 'Edit filter Level is error and above' }).click()
  const menu = page.getByRole('dialog')
  await menu.getByRole('button', { name: 'warning and above' }).click()
  await expect(page).toHaveURL(/level\.gte=warning/)
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  for (const level of await column(page, 'Level')) {
    expect(level).toMatch(/^(warning|error|critical)$/)
  }
})

test('keys turn pages, add filters and go live, until they are turned off', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/usage?from=-7d&page_size=10')
  await page.keyboard.press('n')
  await expect(page).toHaveURL(/page=2/)
  await page.keyboard.press('p')
  await expect(page).not.toHaveURL(/page=2/)

  await page.keyboard.press('f')
  const menu = page.getByRole('dialog')
  await expect(menu.getByLabel('Find a field')).toBeFocused()
  await expect(menu.getByLabel('Find a field')).toHaveValue('')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(menu.getByRole('listitem').nth(1).getByRole('button')).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(menu.getByRole('listitem').first().getByRole('button')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()

  await page.keyboard.press('l')
  await expect(page).toHaveURL(/live=true/)
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
  await page.keyboard.press('l')
  await expect(page).not.toHaveURL(/live=true/)

  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await help.getByLabel('Use the keys that are one character').uncheck()
  await page.keyboard.press('Escape')
  await expect(help).toBeHidden()
  await page.keyboard.press('n')
  await page.keyboard.press('l')
  await expect(page).not.toHaveURL(/page=2|live=true/)
  await expect(rows(page).first()).toBeVisible()
})
