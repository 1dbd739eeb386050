/** API keys: made, tried, given a new secret, revoked. */
import type { APIRequestContext, Page } from '@playwright/test'
import { expect, test } from './daybook'
import { newPerson, personOf } from './people'

test('a key is made, rotated and revoked, and each acts at once', async ({
  browser,
  signedIn: page,
}) => {
  const name = `ci-${Date.now()}`
  const other = await newPerson(browser)
  await page.goto('/settings/api-keys')
  await page.getByRole('button', { name: 'New key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await expect(dialog.getByText('Give the key a name.')).toBeVisible()
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('Send events').uncheck()
  await dialog.getByLabel('Read all logs').check()
  await dialog.getByLabel('Ends').selectOption('In 30 days')
  await dialog.getByLabel('Requests a minute').fill('600')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  const first = await shownKey(page)
  expect(await statusWith(other.request, first)).toBe(200)

  const row = page.getByRole('row').filter({ hasText: name })
  await expect(row).toContainText('600/min')
  await row.getByRole('button', { name: `Rotate ${name}` }).click()
  await dialog.getByLabel('The old secret works').selectOption('not any more')
  await dialog.getByRole('button', { name: 'Make new secret' }).click()
  const second = await shownKey(page)
  expect(second).not.toBe(first)
  expect(await statusWith(other.request, first)).toBe(401)
  expect(await statusWith(other.request, second)).toBe(200)

  await row.getByRole('button', { name: `Revoke ${name}` }).click()
  const question = page.getByRole('dialog', { name: `Revoke “${name}”?` })
  await question.getByRole('button', { name: 'Revoke' }).click()
  await expect(row).toHaveCount(0)
  expect(await statusWith(other.request, second)).toBe(401)
  await page.getByLabel('Show ended keys').check()
  await expect(row).toContainText('Revoked')
  await other.close()
})

test('a personal key reads what its owner may read, and no more', async ({
  browser,
  signedIn: admin,
}) => {
  const { page, context } = await personOf(browser, admin, 'billing_admin')
  await page.goto('/account')
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('notebook')
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click()
  const key = await shownKey(page)
  const other = await newPerson(browser)
  expect(await statusWith(other.request, key)).toBe(200)
  expect(await statusWith(other.request, key, 'audit')).toBe(403)
  await page.getByRole('button', { name: 'Revoke notebook' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'notebook' })).toContainText('Revoked')
  expect(await statusWith(other.request, key)).toBe(401)
  await other.close()
  await context.close()
})

async function shownKey(page: Page): Promise<string> {
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('Copy the key now')).toBeVisible()
  const key = (await dialog.locator('pre').first().textContent()) ?? ''
  expect(key).toMatch(/^dbk_/)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(dialog).toBeHidden()
  return key
}

async function statusWith(request: APIRequestContext, key: string, stream = 'usage') {
  const answer = await request.get(`/api/v1/logs/${stream}?from=-1h&page_size=1`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return answer.status()
}
