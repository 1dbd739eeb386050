/** One's own account: the password, and where one is signed in. */
import { expect, test } from './daybook'
import { newPerson, PASSWORD, personOf } from './people'

test.describe('my account', () => {
  test.use({ expectedErrors: [/40[13]/] })

  test('sets a new password, which ends the other sessions', async ({
    browser,
    signedIn: admin,
  }) => {
    const { page, context, email } = await personOf(browser, admin, 'user')
    const other = await newPerson(browser)
    const elsewhere = await other.newPage()
    await elsewhere.goto('/sign-in')
    await enter(elsewhere, email, PASSWORD)
    await expect(elsewhere).toHaveURL(/\/logs\/usage/)

    const password = 'a second sentence nobody guesses'
    await page.goto('/account')
    await expect(page.getByRole('table', { name: 'Your sessions' }).getByRole('row')).toHaveCount(3)
    await page.getByLabel('Current password').fill('not this one')
    await page.getByLabel('New password').fill(password)
    await page.getByLabel('Repeat password').fill(password)
    await page.getByRole('button', { name: 'Set password' }).click()
    await expect(page.getByText('This is not your current password.')).toBeVisible()
    await page.getByLabel('Current password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Set password' }).click()
    await expect(page.getByText('Your password is set.')).toBeVisible()
    await elsewhere.reload()
    await enter(elsewhere, email, password)
    await expect(elsewhere).toHaveURL(/\/logs\/usage/)

    await page.reload()
    await page.getByRole('button', { name: /^End the session of/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End' }).click()
    await expect(page.getByRole('table', { name: 'Your sessions' }).getByRole('row')).toHaveCount(2)
    await elsewhere.reload()
    await expect(elsewhere.getByRole('button', { name: 'Sign in' })).toBeVisible()

    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    const question = page.getByRole('dialog', { name: 'Sign out everywhere?' })
    await question.getByRole('button', { name: 'Sign out everywhere' }).click()
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
    await other.close()
    await context.close()
  })
})

test('linked usage is one’s own, and shows at once', async ({ browser, signedIn: admin }) => {
  const { page, context, email } = await personOf(browser, admin, 'user')
  await page.goto('/logs/usage?from=-30d')
  await expect(page.getByRole('heading', { name: 'No usage of your own yet' })).toBeVisible()

  const values = await admin.request.get('/api/v1/logs/usage/values/user_id?from=-30d&limit=1')
  const { values: known } = (await values.json()) as { values: { value: string }[] }
  const userId = known[0]?.value ?? ''
  await admin.goto(`/settings/users?q=${email}`)
  await admin.getByRole('link', { name: `Open ${email}` }).click()
  await admin.getByRole('button', { name: 'Add link' }).click()
  await admin.getByRole('combobox', { name: 'Origin' }).click()
  await admin.getByRole('listbox', { name: 'Origin' }).getByRole('option').first().click()
  await admin.getByRole('combobox', { name: 'User ID' }).fill(userId)
  await admin.getByRole('option', { name: userId, exact: true }).click()
  await admin.getByRole('button', { name: 'Save' }).click()
  await expect(admin.getByRole('button', { name: 'Save' })).toBeDisabled()

  await page.reload()
  await expect(
    page
      .getByRole('table', { name: /events/ })
      .getByRole('link')
      .first(),
  ).toBeVisible()
  await page.goto('/account')
  await expect(page.getByRole('table', { name: 'Linked platform users' })).toContainText(userId)
  await context.close()
})

async function enter(page: import('@playwright/test').Page, email: string, password: string) {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
