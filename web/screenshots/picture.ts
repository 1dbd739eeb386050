/** Taking pictures: each in light and dark, small enough to be kept beside the code. */
import { statSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, test } from '../e2e/daybook'

const FOLDER = new URL('../../docs/guide/screenshots/', import.meta.url).pathname
const SIZE_MAX = 300 * 1024

export type Scheme = 'light' | 'dark'

/** Runs the same for both schemes. */
export function inBothSchemes(take: (scheme: Scheme) => void): void {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(colorScheme, () => {
      test.use({ colorScheme })
      take(colorScheme)
    })
  }
}

export async function take(page: Page, name: string): Promise<void> {
  // A pointer that rests on something would show as a marked row.
  await page.mouse.move(0, 0)
  await page.evaluate(() => document.fonts.ready)
  await expect(page.getByText('Loading events')).toHaveCount(0)
  await expect(page).toHaveScreenshot(`${name}.png`)
  const { size } = statSync(`${FOLDER}${name}.png`)
  expect(size, `bytes of ${name}.png`).toBeLessThanOrEqual(SIZE_MAX)
}
