/** Taking a log along as a file. */
import { readFile } from 'node:fs/promises'
import { expect, openView, test, total } from './daybook'

test('a log is downloaded as the list shows it', async ({ signedIn: page }) => {
  await openView(page, '/logs/audit?from=-30d&to=-1h&result=denied')
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
