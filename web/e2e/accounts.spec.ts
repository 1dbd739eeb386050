/** The way of an account, and that each step can be read afterwards in the authentication log. */
import type { Page } from '@playwright/test'
import { expect, rows, test } from './daybook'
import { at, invite, lockOut, newEmail, newPerson, PASSWORD } from './people'
import { totp } from './totp'

test.describe('an account', () => {
  test.use({ expectedErrors: [/40[13]/] })

  test('is invited, gets a second factor, is locked out and unlocked, all on record', async ({
    browser,
    signedIn: admin,
  }) => {
    test.setTimeout(300_000)
    const email = newEmail('bo')
    const link = await inviteByHand(admin, email)

    const own = await newPerson(browser, at('203.0.113.7'))
    const page = await own.newPage()
    await page.goto(link)
    await expect(page.getByLabel('Account')).toHaveValue(email)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByLabel('Repeat password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Take invitation' }).click()
    await expect(page).toHaveURL(/\/logs\/usage/)

    const secret = await setUpSecondFactor(page)
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await signInWithCode(page, email, totp(secret, 1))
    await expect(page).toHaveURL(/\/logs\/usage/)

    const stranger = await newPerson(browser, at('203.0.113.99'))
    await lockOut(stranger, email)
    const strange = await stranger.newPage()
    await strange.goto('/sign-in')
    // After many failures one waits between two attempts.
    const once = { timeout: 2_000 }
    const patience = { timeout: 90_000, intervals: [5_000] }
    await expect(async () => {
      await enterPassword(strange, email)
      await expect(strange.getByRole('alert')).toContainText('do not belong together', once)
    }).toPass(patience)

    await unlockByHand(admin, email)
    await expect(async () => {
      await enterPassword(strange, email)
      await expect(strange.getByLabel(/^Code from your/)).toBeFocused(once)
    }).toPass(patience)
    await strange.getByLabel(/^Code from your/).fill(await freshCode(secret))
    await strange.getByRole('button', { name: 'Confirm' }).click()
    await expect(strange).toHaveURL(/\/logs\/usage/)

    await expectOnRecord(admin, email, [
      'invitation accepted',
      'mfa enabled',
      'sign out',
      'sign in',
      'lockout',
      'unlock',
    ])
    await own.close()
    await stranger.close()
  })

  test('is asked for by its person, who chooses the password behind the link', async ({
    browser,
    signedIn: admin,
  }) => {
    await allowSignUp(admin)
    const email = newEmail('self')
    const context = await newPerson(browser)
    const page = await context.newPage()
    await page.goto('/sign-up')
    await page.getByLabel('Email').fill(email)
    await page.getByRole('button', { name: 'Send link' }).click()
    await expect(page.getByRole('note')).toContainText('Look into your mail')

    await admin.goto(`/settings/users?q=${encodeURIComponent(email)}`)
    await admin.getByRole('link', { name: `Open ${email}` }).click()
    await admin.getByRole('button', { name: 'Send sign-up link' }).click()
    await page.goto(await handedLink(admin))
    await setPassword(page, PASSWORD, 'Open account')
    await expect(page).toHaveURL(/\/logs\/usage/)
    await context.close()
  })

  test('whose link was used says what to do', async ({ browser, signedIn: admin }) => {
    const { link } = await invite(admin.request, newEmail('used'), 'user')
    const context = await newPerson(browser)
    const page = await context.newPage()
    for (const first of [true, false]) {
      await page.goto(link)
      if (first) {
        await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
        await page.getByLabel('Repeat password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Take invitation' }).click()
        await expect(page).toHaveURL(/\/logs\/usage/)
      }
    }
    await expect(page.getByRole('alert')).toContainText('used before')
    await expect(page.getByRole('link', { name: 'Get a new link' })).toBeVisible()
    await context.close()
  })

  test('asks for a new password with the same answer, whoever asks', async ({ page }) => {
    const answers = []
    for (const email of ['admin@example.com', newEmail('nobody')]) {
      await page.goto('/sign-in')
      await page.getByRole('link', { name: 'Forgot password?' }).click()
      // Both pages ask for an address.
      await expect(page.getByRole('heading', { name: 'Forgot password' })).toBeVisible()
      await page.getByLabel('Email').fill(email)
      await page.getByRole('button', { name: 'Send link' }).click()
      const note = page.getByRole('note')
      await expect(note).toContainText('Look into your mail')
      answers.push((await note.textContent())?.replace(email, '…'))
    }
    expect(answers[0]).toBe(answers[1])
  })

  test('gets a reset link from an administrator', async ({ browser, signedIn: admin }) => {
    const { user, link } = await invite(admin.request, newEmail('reset'), 'user')
    const context = await newPerson(browser)
    const page = await context.newPage()
    await page.goto(link)
    await setPassword(page, PASSWORD, 'Take invitation')

    await admin.goto(`/settings/users?open=${user.id}`)
    await admin.getByRole('button', { name: 'Send reset link' }).click()
    await admin.getByRole('dialog').getByRole('button', { name: 'Send reset link' }).click()
    const reset = await handedLink(admin)
    await page.goto(reset)
    await setPassword(page, 'password1', 'Set password')
    await expect(page.getByText(/tried first/)).toBeVisible()
    await setPassword(page, 'another sentence nobody guesses', 'Set password')
    await expect(page).toHaveURL(/\/logs\/usage/)
    await context.close()
  })

  test('disables and enables at once, and protects the last administrator', async ({
    browser,
    signedIn: admin,
  }) => {
    const email = newEmail('closed')
    const { user, link } = await invite(admin.request, email, 'billing_admin')
    const context = await newPerson(browser)
    const page = await context.newPage()
    await page.goto(link)
    await setPassword(page, PASSWORD, 'Take invitation')
    await expect(page).toHaveURL(/\/logs\/usage/)

    await admin.goto(`/settings/users?open=${user.id}`)
    await admin.getByRole('button', { name: 'Disable' }).click()
    const dialog = admin.getByRole('dialog', { name: `Disable ${email}?` })
    await dialog.getByRole('button', { name: 'Disable' }).click()
    await expect(admin.getByRole('button', { name: 'Enable' })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
    await context.close()
  })
})

async function allowSignUp(admin: Page): Promise<void> {
  const path = '/api/v1/settings/sign-in'
  const settings = (await (await admin.request.get(path)).json()) as Record<string, unknown>
  const answer = await admin.request.put(path, {
    data: { ...settings, sign_up: true, sign_up_domains: [] },
    headers: { 'x-daybook-csrf': '1' },
  })
  expect(answer.status()).toBe(200)
}

async function inviteByHand(admin: Page, email: string): Promise<string> {
  await admin.goto('/settings/users')
  await admin.getByRole('button', { name: 'Invite' }).click()
  const dialog = admin.getByRole('dialog')
  await dialog.getByLabel('Email').fill(email)
  await dialog.getByRole('button', { name: 'Invite' }).click()
  return handedLink(admin)
}

async function handedLink(admin: Page): Promise<string> {
  const dialog = admin.getByRole('dialog')
  const link = await dialog.getByText(/\/ticket#/).textContent()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(dialog).toBeHidden()
  return new URL(link ?? '').href
}

async function setPassword(page: Page, password: string, submit: string): Promise<void> {
  await page.getByLabel(/^(New password|Password)$/).fill(password)
  await page.getByLabel('Repeat password').fill(password)
  await page.getByRole('button', { name: submit }).click()
}

/** Answers the secret. */
async function setUpSecondFactor(page: Page): Promise<string> {
  await page.goto('/account')
  await page.getByRole('button', { name: 'Set up' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Current password').fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Next' }).click()
  await expect(dialog.getByRole('img', { name: /^QR code/ })).toBeVisible()
  const secret = (await dialog.locator('pre').textContent()) ?? ''
  await dialog.getByLabel(/^Code from your/).fill(totp(secret))
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await expect(
    dialog.getByRole('list', { name: 'Backup codes' }).getByRole('listitem'),
  ).toHaveCount(10)
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: 'I have kept them' }).click()
  await expect(page.getByText('10 backup codes left')).toBeVisible()
  return secret
}

async function enterPassword(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function signInWithCode(page: Page, email: string, code: string): Promise<void> {
  await enterPassword(page, email)
  // As it comes out of a clipboard.
  await page.getByLabel(/^Code from your/).fill(`${code.slice(0, 3)} ${code.slice(3)}`)
  await page.getByRole('button', { name: 'Confirm' }).click()
}

/** A code that was not used yet: waits for the next step when need be. */
async function freshCode(secret: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 30_000 - (Date.now() % 30_000) + 500))
  return totp(secret, 1)
}

async function unlockByHand(admin: Page, email: string): Promise<void> {
  await admin.goto(`/settings/users?q=${encodeURIComponent(email)}`)
  const row = admin.getByRole('row').filter({ hasText: email })
  await expect(row).toContainText('Locked')
  await row.getByRole('link', { name: `Open ${email}` }).click()
  await admin.getByRole('button', { name: 'Unlock' }).click()
  await expect(row).not.toContainText('Locked')
}

async function expectOnRecord(admin: Page, email: string, events: string[]): Promise<void> {
  const search = `from=-1h&page_size=100&user_name=${encodeURIComponent(email)}`
  await admin.goto(`/logs/auth?${search}`)
  await expect(rows(admin).first()).toBeVisible()
  const texts = (await rows(admin).allTextContents()).map((text) => text.replaceAll('_', ' '))
  for (const event of events) {
    expect(
      texts.some((text) => text.includes(event)),
      `${event} among ${texts.join('\n')}`,
    ).toBe(true)
  }
  expect(texts.some((text) => text.includes('sign in') && text.includes('failure'))).toBe(true)
}
