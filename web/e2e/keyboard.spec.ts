/** Without a mouse: the focus goes along, and keys mean what stands before the reader. */
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from './daybook'
import { uniqueWord } from './events'

const panel = (page: Page) => page.getByRole('region', { name: 'Event details' })
const isMarked = (page: Page, row: number) =>
  expect(rows(page).nth(row)).toHaveAttribute('data-marked')

test('a filter is set by keys alone', async ({ signedIn: page }) => {
  await openView(page, '/logs/system?from=-7d')
  await page.keyboard.press('f')
  const menu = page.getByRole('dialog', { name: 'Add filter' })
  await expect(menu.getByLabel('Find a field')).toBeFocused()
  await page.keyboard.type('lev')
  await page.keyboard.press('Enter')
  await expect(menu.getByLabel('Find a value')).toBeFocused()
  await page.keyboard.type('warn')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/level=warning/)
  await expect(page.getByRole('button', { name: 'Auto' })).toHaveAttribute('aria-pressed', 'false')
  await menu.getByRole('button', { name: 'All fields' }).click()
  await expect(menu.getByLabel('Find a field')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()
})

test('a view is named, kept and left by keys alone', async ({ signedIn: page }) => {
  const name = uniqueWord('keys')
  await openView(page, '/logs/usage?from=-7d')
  await page.getByRole('button', { name: 'Views' }).focus()
  await page.keyboard.press('Enter')
  const menu = page.getByRole('dialog', { name: 'Views' })
  await expect(menu.getByRole('button', { name: 'Save this view' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(menu.getByLabel('Name')).toBeFocused()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await expect(menu.getByRole('link', { name: new RegExp(`^${name}`) })).toBeVisible()
  await menu.getByRole('button', { name: `Delete ${name}` }).focus()
  await page.keyboard.press('Enter')
  await expect(menu.getByRole('button', { name: 'Keep' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(menu).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()
})

test('the form of a larger file has the focus when it has come', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d')
  await page.getByRole('button', { name: 'Download', exact: true }).click()
  const menu = page.getByRole('dialog', { name: 'Download' })
  await menu.getByRole('button', { name: 'Download log' }).focus()
  await page.keyboard.press('Enter')
  await expect(menu.getByLabel('Events')).toBeFocused()
})

for (const address of ['/logs/usage?from=-7d', '/requests?from=-7d']) {
  test(`Escape leaves the search and keeps what it found: ${address}`, async ({
    signedIn: page,
  }) => {
    await page.goto(address)
    const search = page.getByLabel('Search', { exact: true })
    await search.fill('gpt-4o')
    await expect(page).toHaveURL(/q=gpt-4o/)
    await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
    await page.keyboard.press('Escape')
    await expect(search).not.toBeFocused()
    await expect(search).toHaveValue('gpt-4o')
    await page.keyboard.press('j')
    await expect(page.locator('tr[data-marked]')).toHaveCount(1)
    await expect(page).toHaveURL(/q=gpt-4o/)
    await search.fill('')
    await page.keyboard.press('Escape')
    await expect(search).not.toBeFocused()
  })
}

test('keys go on after a choice or a button was pressed', async ({ signedIn: page }) => {
  await page.goto('/requests?from=-7d')
  const choice = page.getByRole('radiogroup', { name: 'Status' })
  await choice.getByText('Error', { exact: true }).click()
  await expect(page).toHaveURL(/outcome=error/)
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  await expect(choice.getByRole('radio', { name: 'Error' })).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await expect(page).toHaveURL(/outcome=success/)
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  await page.keyboard.press('j')
  await expect(page.locator('tr[data-marked]')).toHaveCount(1)
  await page.keyboard.press('Enter')
  const details = page.getByRole('region', { name: 'Request and response' })
  await expect(details).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(details).toBeHidden()

  const auto = page.getByRole('button', { name: 'Auto' })
  await auto.click()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(details).toBeVisible()
  await expect(auto).toHaveAttribute('aria-pressed', 'true')
})

test('Tab goes on in the event that was opened, and then from its row', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/usage?from=-7d')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await isMarked(page, 1)
  await page.keyboard.press('Enter')
  await expect(panel(page)).toBeFocused()
  await page.keyboard.press('j')
  await isMarked(page, 2)
  await expect(panel(page)).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(panel(page).getByRole('button', { name: 'Previous event' })).toBeFocused()
  await page.keyboard.press('k')
  await isMarked(page, 1)
  await page.keyboard.press('Escape')
  await expect(panel(page)).toBeHidden()
  await expect(rows(page).nth(1)).toBeFocused()
  await page.keyboard.press('Tab')
  const time = rows(page).nth(1).getByRole('link')
  await expect(time).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(panel(page)).toBeFocused()
  await panel(page).getByRole('button', { name: 'Close details' }).focus()
  await page.keyboard.press('Enter')
  await expect(rows(page).nth(1)).toBeFocused()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await isMarked(page, 2)
  await expect(panel(page)).toBeFocused()
})

test('Tab goes on in the request that was opened, and then from its row', async ({
  signedIn: page,
}) => {
  await page.goto('/requests?from=-7d&content.exists=true')
  const details = page.getByRole('region', { name: 'Request and response' })
  await expect(page.getByRole('table').getByRole('link').first()).toBeVisible()
  for (const key of ['j', 'j', 'Enter']) await page.keyboard.press(key)
  await expect(details).toBeFocused()
  await page.keyboard.press('j')
  await expect(details).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(details.locator(':focus')).toHaveCount(1)
  const open = page.locator('tr[data-open]')
  const id = (await open.getAttribute('data-id')) ?? ''
  await page.keyboard.press('Escape')
  await expect(details).toBeHidden()
  await expect(page.locator(`tr[data-id="${id}"]`)).toBeFocused()
})

test('a mouse leaves the focus where it is', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d')
  await rows(page).nth(1).locator('td').nth(2).click()
  await expect(panel(page).getByRole('heading', { name: 'Event', exact: true })).toBeVisible()
  await expect(panel(page)).not.toBeFocused()
})
