import { expect, signIn, test } from './daybook'

test('an administrator signs in, and out again', async ({ page }) => {
  await page.goto('/')
  await signIn(page)
  await expect(page).toHaveURL(/\/logs\/usage/)
  await expect(page.getByRole('tab', { name: 'Usage logs' })).toHaveAttribute(
    'aria-selected',
    'true',
  )

  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await page.goto('/logs/audit')
  await expect(page.getByLabel('Email')).toBeVisible()
})

test.describe('with a wrong password', () => {
  test.use({ expectedErrors: [/401/] })

  test('the page says so and lets one try again', async ({ page }) => {
    await page.goto('/')
    await signIn(page, 'not the password')
    await expect(page.getByRole('alert')).toContainText('do not belong together')
    await signIn(page)
    await expect(page.getByRole('tab', { name: 'Usage logs' })).toBeVisible()
  })
})

test('sign-in leads back to the view that was asked for', async ({ page }) => {
  await page.goto('/logs/audit?from=-7d&result=success')
  await signIn(page)
  await expect(page).toHaveURL(/\/logs\/audit\?from=-7d&result=success$/)
  await expect(page.getByRole('button', { name: 'Edit filter Result is success' })).toBeVisible()
})
