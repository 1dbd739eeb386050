/** Takes the pictures of signing in, accounts and settings: `npm run screenshots`. */
import { expect, test } from '../e2e/daybook'
import { PASSWORD, invite, personOf } from '../e2e/people'
import { inBothSchemes, steady, take } from './picture'

const PEOPLE = {
  'ana@acme.example': 'billing_admin',
  'bo@acme.example': 'user',
  'chi@acme.example': 'auditor',
}
const KEYS = { 'gateway-eu': 'ingest', dashboards: 'read' }

inBothSchemes((scheme) => {
  test('sign-in', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByLabel('Email')).toBeVisible()
    await page.getByLabel('Email').blur()
    await take(page, `sign-in-${scheme}`)
  })

  test('accounts, one of them open', async ({ signedIn: page }) => {
    await page.goto('/settings/users')
    await expect(page.getByRole('row').nth(1)).toBeVisible()
    const open = page.getByRole('link', { name: 'Open bo@acme.example' })
    if (!(await open.isVisible())) {
      for (const [email, role] of Object.entries(PEOPLE)) await invite(page.request, email, role)
      await page.reload()
    }
    await expect(open).toBeVisible()
    await take(page, `users-${scheme}`)
    await open.click()
    await expect(page.getByRole('button', { name: 'Invite again' })).toBeVisible()
    await take(page, `user-panel-${scheme}`)
  })

  test('keys', async ({ signedIn: page }) => {
    await page.goto('/settings/api-keys')
    const made = page.getByRole('cell', { name: 'dashboards', exact: true }).first()
    await expect(page.getByRole('cell', { name: 'demo', exact: true }).first()).toBeVisible()
    // Made once for both schemes.
    if (!(await made.isVisible())) {
      for (const [name, scope] of Object.entries(KEYS)) {
        const data = { name, scopes: [scope] }
        const headers = { 'x-daybook-csrf': '1' }
        await page.request.post('/api/v1/api-keys', { data, headers })
      }
      await page.reload()
    }
    await expect(made).toBeVisible()
    await take(page, `api-keys-${scheme}`)
  })

  test('sign-in settings and a provider', async ({ signedIn: page }) => {
    await page.goto('/settings/sign-in')
    await expect(page.getByRole('button', { name: 'Save' })).toBeVisible()
    await take(page, `sign-in-settings-${scheme}`)
    await page.goto('/settings/sign-in/new')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await take(page, `provider-${scheme}`)
  })

  test('my account', async ({ browser, signedIn: admin }) => {
    const email = scheme === 'light' ? 'mara@acme.example' : 'noor@acme.example'
    const options = { colorScheme: scheme, timezoneId: 'UTC' }
    const { page, context } = await personOf(browser, admin, 'user', options, email)
    await steady(page)
    await page.goto('/account')
    await expect(page.getByText('This one')).toBeVisible()
    await take(page, `account-${scheme}`)
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.getByRole('dialog').getByLabel('Current password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Next' }).click()
    await expect(page.getByRole('img', { name: /^QR code/ })).toBeVisible()
    const mask = [page.getByRole('img', { name: /^QR code/ })]
    await take(page, `second-factor-${scheme}`, { mask })
    await context.close()
  })
})
