/** Single sign-on with a real provider: set up in the pages, tested, used, and gone. */
import { request as requests, type Page } from '@playwright/test'
import { expect, rows, test } from './daybook'
import { newEmail, newPerson, personOf } from './people'
import { Provider, providerMissing } from './provider'

test.describe.configure({ mode: 'serial' })
test.skip(providerMissing() !== undefined, providerMissing() ?? '')

const STRANGER = newEmail('stranger')
const NAME = `Example ${process.pid}`
let provider: Provider

test.beforeAll(async () => {
  provider = await Provider.start({
    stranger: { email: STRANGER, email_verified: true, groups: ['finance'] },
    nobody: { email: newEmail('nobody'), email_verified: true, groups: [] },
    known: { email: newEmail('known'), email_verified: true, groups: ['finance'] },
  })
})

test.afterAll(() => provider.stop())

test('an administrator adds a provider, mends it and tests it', async ({ signedIn: page }) => {
  await page.goto('/settings/sign-in')
  await page.getByRole('link', { name: 'Add provider' }).click()
  await page.getByLabel('Name').fill(NAME)
  await page.getByLabel('Issuer').fill(provider.issuer)
  await page.getByLabel('Client ID').fill('not-yet')
  await page.getByLabel('Make an account at the first sign-in').check({ force: true })
  await page.getByLabel('Claim', { exact: true }).nth(1).fill('groups')
  await page.getByRole('button', { name: 'Add value' }).click()
  await page.getByLabel('Value 1', { exact: true }).fill('finance')
  await page.getByLabel('Role 1', { exact: true }).selectOption('Billing admin')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible()
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(page.getByRole('list', { name: 'Steps of the test' })).toContainText('Failed')

  const callback = (await page.getByText(/\/callback$/).textContent()) ?? ''
  const outside = await requests.newContext()
  const client = await provider.register(outside, callback)
  await page.getByLabel('Client ID').fill(client.client_id)
  await page.getByLabel('Client secret').fill(client.client_secret)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved')).toBeVisible()
  await expect(page.getByLabel('Client secret')).toHaveValue('')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await expect(page.getByRole('note')).toContainText('Nothing stands in the way')
  await outside.dispose()
})

test('a stranger signs in with it, with the role of the claim', async ({
  browser,
  signedIn: admin,
}) => {
  const context = await newPerson(browser)
  const page = await context.newPage()
  await page.goto('/logs/usage?from=-7d')
  await continueAs(page, 'stranger')
  await expect(page).toHaveURL(/\/logs\/usage\?from=-7d$/)
  await page.goto('/account')
  await expect(page.getByText(`${STRANGER} · Billing admin`)).toBeVisible()
  await expect(page.getByRole('table', { name: 'Connected identity providers' })).toContainText(
    NAME,
  )

  await expectOnRecord(admin, `event=sign_in&user_name=${encodeURIComponent(STRANGER)}`)
  await context.close()
})

test('whom the rules do not let in is told so', async ({ browser, signedIn: admin }) => {
  const context = await newPerson(browser)
  const page = await context.newPage()
  await page.goto('/sign-in')
  await continueAs(page, 'nobody')
  await expect(page.getByRole('alert')).toContainText('may not use this Daybook')
  await expectOnRecord(admin, 'event=sign_in&result=failure')
  await context.close()
})

test('an account connects the provider, signs in with it, and disconnects it', async ({
  browser,
  signedIn: admin,
}) => {
  const { email, page, context } = await personOf(browser, admin, 'user')
  await page.goto('/account')
  await page.getByRole('button', { name: `Connect ${NAME}` }).click()
  await atProvider(page, 'known')
  const table = page.getByRole('table', { name: 'Connected identity providers' })
  await expect(table).toContainText(NAME)

  const elsewhere = await newPerson(browser)
  const other = await elsewhere.newPage()
  await other.goto('/account')
  await continueAs(other, 'known')
  await expect(other.getByText(`${email} · Billing admin`)).toBeVisible()
  await elsewhere.close()

  await page.getByRole('button', { name: `Disconnect ${NAME}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await expect(table).toHaveCount(0)
  for (const event of ['identity_bound', 'sign_in', 'identity_unbound']) {
    await expectOnRecord(admin, `event=${event}&user_name=${encodeURIComponent(email)}`)
  }
  await context.close()
})

test('a provider that is gone says so, and the password still opens', async ({
  browser,
  signedIn: admin,
}) => {
  provider.stop()
  const context = await newPerson(browser)
  const page = await context.newPage()
  // What a provider says of itself is believed for a minute.
  test.setTimeout(150_000)
  await expect(async () => {
    await page.goto('/sign-in')
    await page.getByRole('link', { name: `Continue with ${NAME}` }).click()
    await expect(page.getByRole('alert')).toContainText('does not answer', { timeout: 2_000 })
  }).toPass({ timeout: 100_000, intervals: [5_000] })
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
  await expectOnRecord(admin, 'event=provider_error')
  await context.close()
})

test('a deleted provider has no button any more', async ({ signedIn: page, browser }) => {
  await page.goto('/settings/sign-in')
  await page.getByRole('link', { name: NAME }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page).toHaveURL(/\/settings\/sign-in$/)
  await expect(page.getByRole('link', { name: NAME })).toHaveCount(0)
  const context = await newPerson(browser)
  const other = await context.newPage()
  await other.goto('/sign-in')
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await expect(other.getByRole('link', { name: `Continue with ${NAME}` })).toHaveCount(0)
  await context.close()
})

/** The authentication log tells of the provider in an event like this. */
async function expectOnRecord(admin: Page, filters: string): Promise<void> {
  await admin.goto(`/logs/auth?from=-1h&identity_provider=${encodeURIComponent(NAME)}&${filters}`)
  await expect(rows(admin).first()).toBeVisible()
}

async function continueAs(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: `Continue with ${NAME}` }).click()
  await atProvider(page, login)
}

async function atProvider(page: Page, login: string): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Example provider' })).toBeVisible()
  await page.getByLabel('Login').fill(login)
  await page.getByRole('button', { name: 'Continue' }).click()
}
