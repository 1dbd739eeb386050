/** Taking a log along as a file. */
import { readFile } from 'node:fs/promises'
import { expect, openView, test, total } from './daybook'
import { settledRange } from './events'

// The newest file is the one on top: one after the other.
test.describe.configure({ mode: 'default' })

test('the page is found by its other name, too', async ({ signedIn: page }) => {
  await page.goto('/exports')
  await expect(page).toHaveURL(/\/downloads$/)
  await expect(page.getByRole('heading', { level: 1, name: 'Downloads' })).toBeVisible()
})

test('a log is downloaded as the list shows it', async ({ signedIn: page }) => {
  await openView(page, `/logs/audit?${settledRange(29)}&result=denied`)
  const expected = await total(page)
  await page.getByRole('button', { name: 'Download' }).click()
  const dialog = page.getByRole('dialog', { name: 'Download' })
  await dialog.getByRole('button', { name: 'Download log' }).click()
  await expect(dialog.getByLabel('Events')).toHaveValue('shown')
  await dialog.getByRole('button', { name: 'Make the file' }).click()
  await expect(page).toHaveURL(/\/downloads$/)

  const row = page.getByRole('table', { name: 'Downloads' }).getByRole('row').nth(1)
  await expect(row.getByText('Ready')).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    row.getByRole('link', { name: /^Download daybook-audit-/ }).click(),
  ])
  const text = await readFile(await download.path(), 'utf8')
  expect(text.split('\r\n').filter((line) => line !== '')).toHaveLength(expected + 1)
  expect(text).toMatch(/^id,seq,time,/)

  await row.getByRole('button', { name: /^Delete daybook-audit-/ }).click()
  const question = page.getByRole('dialog', { name: 'Delete this file?' })
  await question.getByRole('button', { name: 'Delete' }).click()
  await expect(row).toHaveCount(0)
})

test('a file of the log has a time range of its own', async ({ signedIn: page }) => {
  await openView(page, '/logs/audit?from=-24h')
  await page.getByRole('button', { name: 'Download' }).click()
  const dialog = page.getByRole('dialog', { name: 'Download' })
  await dialog.getByRole('button', { name: 'Download log' }).click()
  await dialog.getByLabel('Events').selectOption('between')
  await dialog.getByLabel('From').fill('2020-02-01T00:00')
  await dialog.getByLabel('To', { exact: true }).fill('2020-01-01T00:00')
  await expect(dialog.getByRole('button', { name: 'Make the file' })).toBeDisabled()
  await dialog.getByLabel('To', { exact: true }).fill('2020-03-01T00:00')
  const asked = page.waitForRequest((request) => request.method() === 'POST')
  await dialog.getByRole('button', { name: 'Make the file' }).click()
  const { filters } = (await asked).postDataJSON() as { filters: Record<string, string[]> }
  expect(filters['from']?.[0]).toMatch(/^2020-0[12]-/)
  expect(filters['to']?.[0]).toMatch(/^2020-0[23]-/)
  await expect(page).toHaveURL(/\/downloads$/)
})
