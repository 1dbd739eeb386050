/** The table as its reader wants it. */
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from './daybook'

const heads = (page: Page) => page.getByRole('columnheader').allTextContents()

test('columns are added, moved and removed, and stay so on the next visit', async ({
  signedIn: page,
  context,
}) => {
  await openView(page, '/logs/usage?from=-7d')
  await page.getByRole('button', { name: 'Columns' }).click()
  const chooser = page.getByRole('dialog')
  await chooser.getByLabel('Find a column to add').fill('endpoint')
  await chooser.getByRole('button', { name: 'Add Endpoint' }).click()
  await expect.poll(() => heads(page)).toContain('Endpoint')
  await chooser.getByRole('button', { name: 'Move Endpoint up' }).click()
  await chooser.getByRole('button', { name: 'Remove Upstream' }).click()
  const wanted = ['Time', 'User', 'Model', 'Tokens', 'Cost', 'Latency', 'Endpoint', 'Status']
  await expect.poll(() => heads(page)).toEqual(wanted)

  const later = await context.newPage()
  await openView(later, '/logs/usage?from=-7d')
  await expect.poll(() => heads(later)).toEqual(wanted)
  await later.getByRole('button', { name: 'Columns' }).click()
  await later.getByRole('button', { name: 'Reset' }).click()
  await expect.poll(() => heads(later)).toContain('Upstream')
})

test('an address may name columns, and rows may be dense', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d&columns=cost,user_name')
  await expect.poll(() => heads(page)).toEqual(['Time', 'Cost', 'User'])
  const height = async () => (await rows(page).first().boundingBox())?.height ?? 0
  const before = await height()
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('radiogroup', { name: 'Rows' }).getByText('Compact').click()
  await expect.poll(height).toBeLessThan(before)
})

test('the panel is as wide as its edge is dragged, and stays so', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage?from=-7d')
  await rows(page).first().click()
  const panel = page.getByRole('region', { name: 'Event details' })
  const width = async () => (await panel.boundingBox())?.width ?? 0
  await expect(panel).toBeVisible()
  const before = await width()
  const edge = page.getByRole('separator', { name: 'Width of the details' })
  await edge.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(width).toBeGreaterThan(before + 40)
  const box = await edge.boundingBox()
  if (!box) throw new Error('the edge has no place')
  await page.mouse.move(box.x + 3, 400)
  await page.mouse.down()
  await page.mouse.move(box.x + 103, 400, { steps: 4 })
  await page.mouse.up()
  const after = await width()
  expect(after).toBeLessThan(before + 40)
  await page.reload()
  await expect(panel).toBeVisible()
  expect(await width()).toBe(after)
})
