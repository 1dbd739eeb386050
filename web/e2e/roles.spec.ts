/** What each role is shown, and that what it may not open says so. One after the other: a rule changes. */
import { expect, test } from './daybook'
import { PASSWORD, personOf } from './people'
import { totp } from './totp'

test.describe.configure({ mode: 'serial' })

const ALL_LOGS = ['Audit', 'Usage logs', 'Authentication logs', 'System events']
const SETTINGS = ['Verify', 'Users & roles', 'API keys', 'Sign-in']
const SEEN = {
  super_admin: ['Requests', ...ALL_LOGS, 'Downloads', ...SETTINGS],
  auditor: ['Requests', ...ALL_LOGS, 'Downloads', ...SETTINGS],
  billing_admin: ['Requests', 'Usage logs', 'Downloads'],
  user: ['Requests', 'Usage logs', 'Downloads'],
}
const PAGES = {
  Audit: '/logs/audit',
  'Authentication logs': '/logs/auth',
  'System events': '/logs/system',
  Verify: '/verify',
  'Users & roles': '/settings/users',
  'API keys': '/settings/api-keys',
  'Sign-in': '/settings/sign-in',
}

for (const [role, seen] of Object.entries(SEEN)) {
  test(`${role} is shown what it may open, and told about the rest`, async ({
    browser,
    signedIn: admin,
  }) => {
    const { page, context } = await personOf(browser, admin, role)
    await page.goto('/')
    const links = page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link')
    await expect(links.first()).toBeVisible()
    expect(await links.allTextContents()).toEqual(seen)
    for (const [name, address] of Object.entries(PAGES)) {
      await page.goto(address)
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(
        seen.includes(name) ? name : 'Not for your role',
      )
    }
    await context.close()
  })
}

test('an auditor looks at accounts and changes nothing', async ({ browser, signedIn: admin }) => {
  const { page, context, email } = await personOf(browser, admin, 'auditor')
  await page.goto('/settings/users')
  await page.getByRole('link', { name: `Open ${email}` }).click()
  await expect(page.getByRole('heading', { name: email })).toBeVisible()
  for (const name of ['Invite', 'Disable', 'Unlock', 'Save']) {
    await expect(page.getByRole('button', { name })).toHaveCount(0)
  }
  await context.close()
})

test('another role acts at once on an open page', async ({ browser, signedIn: admin }) => {
  const { page, context, email } = await personOf(browser, admin, 'user')
  await page.goto('/logs/audit')
  await expect(page.getByRole('heading', { name: 'Not for your role' })).toBeVisible()
  await admin.goto(`/settings/users?q=${email}`)
  await admin.getByRole('link', { name: `Open ${email}` }).click()
  const details = admin.getByRole('complementary', { name: 'Account details' })
  await details.getByLabel('Role').selectOption('Auditor')
  await admin.getByRole('dialog').getByRole('button', { name: 'Change role' }).click()
  await expect(details.getByText('Reads all logs and settings')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Audit' })).toBeAttached()
  await context.close()
})

test.describe('a role that needs a second factor', () => {
  test.use({ expectedErrors: [/403/] })

  test('opens nothing before it is set up', async ({ browser, signedIn: admin }) => {
    const { page, context } = await personOf(browser, admin, 'auditor')
    await requireFor(admin, 'Auditor', true)
    await page.goto('/logs/audit?from=-7d')
    await expect(page).toHaveURL(/\/second-factor/)
    await page.goto('/account')
    await expect(page).toHaveURL(/\/second-factor/)
    await page.getByLabel('Current password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Next' }).click()
    const secret = (await page.locator('pre').textContent()) ?? ''
    await page.getByLabel(/^Code from your/).fill('000000')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await expect(page.getByText('This code is not valid')).toBeVisible()
    await page.getByLabel(/^Code from your/).fill(totp(secret))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await expect(page.getByRole('heading', { name: 'My account' })).toBeVisible()
    await requireFor(admin, 'Auditor', false)
    await context.close()
  })
})

async function requireFor(admin: import('@playwright/test').Page, role: string, required: boolean) {
  await admin.goto('/settings/sign-in')
  const box = admin.getByRole('checkbox', { name: role })
  await box.setChecked(required)
  const saved = admin.waitForResponse(
    (answer) => answer.url().endsWith('/settings/sign-in') && answer.request().method() === 'PUT',
  )
  await admin.getByRole('button', { name: 'Save' }).click()
  expect((await saved).status()).toBe(200)
}
