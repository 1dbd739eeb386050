/** Saved views: kept, shared with those who may see them, changed and deleted; and recent ones. */
import type { Page } from '@playwright/test'
import { expect, openView, test } from './daybook'
import { uniqueWord } from './events'
import { personOf } from './people'

async function openMenu(page: Page) {
  await page.getByRole('button', { name: 'Views' }).click()
  return page.getByRole('dialog', { name: 'Views' })
}

async function save(page: Page, name: string, shared: boolean): Promise<void> {
  const menu = await openMenu(page)
  await menu.getByRole('button', { name: 'Save this view' }).click()
  await menu.getByLabel('Name').fill(name)
  if (shared) await menu.getByLabel('Share it').check()
  await menu.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(menu.getByRole('link', { name: new RegExp(`^${name}`) })).toBeVisible()
  await page.keyboard.press('Escape')
}

test('a shared view brings others to the same questions, but nobody to what they may not see', async ({
  browser,
  signedIn: page,
}) => {
  const name = uniqueWord('failing')
  await openView(page, '/logs/usage?from=-7d&outcome=error&sort=-latency_ms')
  await save(page, name, true)

  const auditor = await personOf(browser, page, 'auditor')
  await openView(auditor.page, '/logs/audit?from=-30d')
  const menu = await openMenu(auditor.page)
  await menu.getByRole('link', { name: new RegExp(`^${name}`) }).click()
  await expect(auditor.page).toHaveURL(/\/logs\/usage\?from=-7d&outcome=error&sort=-latency_ms$/)
  await auditor.context.close()

  const user = await personOf(browser, page, 'user')
  await user.page.goto('/logs/usage')
  const own = await openMenu(user.page)
  await expect(own.getByText('None yet.')).toBeVisible()
  await expect(own.getByRole('link', { name: new RegExp(`^${name}`) })).toHaveCount(0)
  await user.context.close()
})

test('a view is renamed, takes what is shown now, and is deleted', async ({ signedIn: page }) => {
  const [name, other] = [uniqueWord('mine'), uniqueWord('renamed')]
  await page.goto('/requests?from=-7d&outcome=error')
  await save(page, name, false)
  await page.goto('/requests?from=-30d')
  const menu = await openMenu(page)
  await menu.getByRole('button', { name: `Change ${name}` }).click()
  await menu.getByLabel('Name').fill(other)
  await menu.getByLabel('Take what is shown now').check()
  await menu.getByRole('button', { name: 'Save', exact: true }).click()
  const link = menu.getByRole('link', { name: new RegExp(`^${other}`) })
  await expect(link).toHaveAttribute('href', '/requests?from=-30d')
  await menu.getByRole('button', { name: `Delete ${other}` }).click()
  await menu.getByRole('button', { name: 'Keep' }).click()
  await expect(link).toBeVisible()
  await menu.getByRole('button', { name: `Delete ${other}` }).click()
  await menu.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(link).toHaveCount(0)
})

test.describe('a name that is taken', () => {
  test.use({ expectedErrors: [/409/] })

  test('is refused where it stands', async ({ signedIn: page }) => {
    const name = uniqueWord('twice')
    await openView(page, '/logs/usage?from=-7d')
    await save(page, name, false)
    const menu = await openMenu(page)
    await menu.getByRole('button', { name: 'Save this view' }).click()
    await menu.getByLabel('Name').fill(name)
    await menu.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(menu.getByText('There is a view of this name already.')).toBeVisible()
  })
})

test('what one stayed with is found again among the recent views', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&outcome=error')
  const recent = () => page.evaluate(() => JSON.stringify(Object.entries(localStorage)))
  await expect.poll(recent).toContain('outcome=error')
  await openView(page, '/logs/audit?from=-30d')
  const menu = await openMenu(page)
  await menu.getByRole('link', { name: /^Last 7 days · Outcome is error/ }).click()
  await expect(page).toHaveURL(/\/logs\/usage\?from=-7d&outcome=error$/)
})

test.describe('views that cannot be loaded', () => {
  test.use({ expectedErrors: [/500/] })

  test('are not said to be none', async ({ signedIn: page }) => {
    await openView(page, '/logs/usage?from=-7d')
    await page.route(/\/api\/v1\/views/, (route) => route.fulfill({ status: 500 }))
    await page.getByRole('button', { name: 'Views' }).click()
    const menu = page.getByRole('dialog', { name: 'Views' })
    await expect(menu.getByRole('alert')).toBeVisible()
    await expect(menu.getByText('None yet')).toHaveCount(0)
    await page.unrouteAll()
    await menu.getByRole('button', { name: 'Try again' }).click()
    await expect(menu.getByRole('alert')).toBeHidden()
    await expect(menu.getByRole('heading', { name: 'Your views' })).toBeVisible()
  })
})
