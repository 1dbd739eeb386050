import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from './daybook'

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

    test('the filter menus are accessible', async ({ signedIn: page }) => {
      await openView(page, '/logs/usage?from=-7d&page_size=10')
      await page.getByRole('button', { name: 'Add filter' }).click()
      await expectAccessible(page)
      await page.getByRole('dialog').getByLabel('Find a field').fill('provider')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('checkbox').first()).toBeVisible()
      await expectAccessible(page)
    })
  })
}
