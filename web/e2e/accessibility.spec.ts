import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from './daybook'
import { PASSWORD, personOf } from './people'
import { totp } from './totp'

const GATE = {
  'a forgotten password': '/forgot-password',
  'sign-up': '/sign-up',
  'failed single sign-on': '/sign-in#sso_error=provider_unavailable',
}

const PAGES = {
  Verify: '/verify',
  Downloads: '/downloads',
  'My account': '/account',
  'Users & roles': '/settings/users',
  'API keys': '/settings/api-keys',
  'Sign-in': '/settings/sign-in',
  'Add identity provider': '/settings/sign-in/new',
}

async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
    .analyze()
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n  ')}`)
  expect(serious).toEqual([])
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme })

    test('sign-in is accessible', async ({ page }) => {
      await page.goto('/')
      await expect(page.getByLabel('Email')).toBeVisible()
      await expectAccessible(page)
    })

    for (const stream of ['audit', 'usage', 'auth', 'system']) {
      test(`${stream} is accessible, with an event open too`, async ({ signedIn: page }) => {
        await openView(page, `/logs/${stream}?from=-30d&page_size=10`)
        await expectAccessible(page)
        await rows(page).first().click()
        await expect(page.getByRole('heading', { name: 'Event', exact: true })).toBeVisible()
        await expectAccessible(page)
      })
    }

    for (const [name, address] of Object.entries(GATE)) {
      test(`${name} is accessible`, async ({ page }) => {
        await page.goto(address)
        await expect(page.getByRole('button').first()).toBeVisible()
        await expectAccessible(page)
      })
    }

    for (const [heading, address] of Object.entries(PAGES)) {
      test(`${heading} is accessible`, async ({ signedIn: page }) => {
        await page.goto(address)
        await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
        await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
        await expectAccessible(page)
      })
    }

    test('an account beside the list and the dialogs are accessible', async ({
      signedIn: page,
    }) => {
      await page.goto('/settings/users')
      await page.getByRole('link', { name: /^Open/ }).first().click()
      await expect(page.getByRole('button', { name: 'Disable' })).toBeVisible()
      await expectAccessible(page)
      await page.getByRole('button', { name: 'Disable' }).click()
      await expect(page.getByRole('dialog')).toBeVisible()
      await expectAccessible(page)
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Invite', exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Add link' }).click()
      await expectAccessible(page)
    })

    test('the steps of a second factor are accessible', async ({ browser, signedIn: admin }) => {
      const { page, context } = await personOf(browser, admin, 'user', { colorScheme })
      await page.goto('/account')
      await page.getByRole('button', { name: 'Set up' }).click()
      await page.getByRole('dialog').getByLabel('Current password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Next' }).click()
      const secret = (await page.getByRole('dialog').locator('pre').textContent()) ?? ''
      await expectAccessible(page)
      await page.getByLabel(/^Code from your/).fill(totp(secret))
      await page.getByRole('button', { name: 'Confirm' }).click()
      await expect(page.getByRole('list', { name: 'Backup codes' })).toBeVisible()
      await expectAccessible(page)
      await context.close()
    })

    test('the filter menus are accessible', async ({ signedIn: page }) => {
      await openView(page, '/logs/usage?from=-7d&page_size=10')
      await page.getByRole('button', { name: 'Add filter' }).click()
      await expectAccessible(page)
      await page.getByRole('dialog').getByLabel('Find a field').fill('provider')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('checkbox').first()).toBeVisible()
      await expectAccessible(page)
    })

    test('the menus above a list are accessible', async ({ signedIn: page }) => {
      await openView(page, '/logs/usage?from=-7d&page_size=10')
      for (const name of ['Views', 'Columns', 'Download']) {
        await page.getByRole('button', { name }).click()
        await expect(page.getByRole('dialog', { name }).getByRole('heading').first()).toBeVisible()
        await expectAccessible(page)
        await page.keyboard.press('Escape')
      }
    })

    test('the evidence menu is accessible', async ({ signedIn: page }) => {
      await openView(page, '/logs/audit?from=-7d&page_size=10')
      await page.getByRole('button', { name: 'Evidence', exact: true }).click()
      await expect(page.getByRole('heading', { name: 'Evidence package' })).toBeVisible()
      await expectAccessible(page)
    })

    test('a file of the log with its own range, and the list of keys are accessible', async ({
      signedIn: page,
    }) => {
      await openView(page, '/logs/usage?from=-7d&page_size=10')
      await page.getByRole('button', { name: 'Download' }).click()
      const menu = page.getByRole('dialog', { name: 'Download' })
      await menu.getByRole('button', { name: 'Download log' }).click()
      await menu.getByLabel('Events').selectOption('between')
      await expectAccessible(page)
      await page.keyboard.press('Escape')
      await expect(menu).toBeHidden()
      await page.keyboard.press('?')
      await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
      await expectAccessible(page)
    })

    test('a list without events is accessible', async ({ signedIn: page }) => {
      await page.goto('/logs/usage?from=-7d&q=no-such-thing-anywhere')
      await expect(page.getByRole('button', { name: 'Clear search and filters' })).toBeVisible()
      await expectAccessible(page)
    })

    test.describe('what went wrong', () => {
      test.use({ expectedErrors: [/400|404/] })

      test('is accessible', async ({ signedIn: page }) => {
        await page.goto('/logs/usage?from=-7d&cost.gte=plenty')
        await expect(page.getByRole('button', { name: 'Remove the filter on Cost' })).toBeVisible()
        await expectAccessible(page)
        await page.goto('/timeline?of=usage/never-was')
        await expect(page.getByRole('heading', { name: /does not exist/ })).toBeVisible()
        await expectAccessible(page)
        await page.goto('/no/such/page')
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expectAccessible(page)
      })
    })

    test('requests, a live list, a timeline and a comparison are accessible', async ({
      signedIn: page,
    }) => {
      await page.goto('/requests?from=-7d&page_size=10')
      await page.locator('a[aria-expanded]').first().click()
      await expect(page.getByRole('region', { name: 'Request and response' })).toBeVisible()
      await expectAccessible(page)
      await page.goto('/logs/usage?live=true')
      await expect(page.getByRole('status').filter({ hasText: 'Following' })).toBeVisible()
      await expectAccessible(page)
      const answer = await page.request.get('/api/v1/logs/usage?from=-7d&kind=call&page_size=2')
      const { items } = (await answer.json()) as { items: { id: string }[] }
      const [a, b] = items.map(({ id }) => `usage/${id}`)
      await page.goto(`/timeline?of=${a ?? ''}&by=user`)
      const lines = page.getByRole('list', { name: 'Events in order of time' })
      await lines.getByRole('listitem').first().click()
      await expect(page.getByRole('heading', { name: 'Event', exact: true })).toBeVisible()
      await expectAccessible(page)
      await page.goto(`/compare?a=${a ?? ''}&b=${b ?? ''}`)
      await expect(page.getByRole('table', { name: 'Two events compared' })).toBeVisible()
      await expectAccessible(page)
    })
  })
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } })

  test('lists, events, the navigation and tables are accessible', async ({ signedIn: page }) => {
    await page.goto('/logs/usage?from=-7d&page_size=10')
    const list = page.getByRole('list', { name: /events/ })
    await expect(list.getByRole('link').first()).toBeVisible()
    await expectAccessible(page)
    await list.getByRole('link').first().click()
    await expect(page.getByRole('heading', { name: 'Event', exact: true })).toBeVisible()
    await expectAccessible(page)
    await page.goto('/requests?from=-7d&page_size=10')
    await page.locator('a[aria-expanded]').first().click()
    await expect(page.getByRole('region', { name: 'Request and response' })).toBeVisible()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Open navigation' }).click()
    await expect(page.getByRole('button', { name: 'Close navigation' })).toBeVisible()
    await expectAccessible(page)
    await page.goto('/settings/users')
    await expect(page.getByRole('heading', { level: 1, name: 'Users & roles' })).toBeVisible()
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
    await expectAccessible(page)
  })
})

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' })

  test('the sign-in page is accessible', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByLabel('邮箱')).toBeVisible()
    await expectAccessible(page)
  })

  test('a log with an event open, and requests are accessible', async ({ signedIn: page }) => {
    await page.goto('/logs/usage?from=-7d&kind=call&page_size=10')
    await page.getByRole('table', { name: /事件/ }).getByRole('link').first().click()
    await expect(page.getByRole('heading', { name: '事件', exact: true })).toBeVisible()
    await expectAccessible(page)
    await page.goto('/requests?from=-7d&page_size=10')
    await page.locator('a[aria-expanded]').first().click()
    await expect(page.getByRole('region', { name: '请求和响应' })).toBeVisible()
    await expectAccessible(page)
  })
})
