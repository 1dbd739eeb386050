/** Taking pictures: each in light and dark, always of the same, small enough to be kept beside the code. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { expect, test } from '../e2e/daybook'

const FOLDER = new URL('../../docs/guide/screenshots/', import.meta.url).pathname
const SIZE_MAX = 200 * 1024

/** Where the data ends and the browser's clock stands. */
export const END = new Date(process.env['DAYBOOK_DEMO_UNTIL'] ?? Number.NaN)

/** So many hours before the end, as addresses write it. */
export const before = (hours: number) => new Date(END.getTime() - hours * 3_600_000).toISOString()

/** The last so many hours: relative ranges would end at the server's clock. */
export const last = (hours: number) => `from=${before(hours)}&to=${END.toISOString()}`

export type Scheme = 'light' | 'dark'

/** Runs the same for both schemes, with the clock at the end of the data. */
export function inBothSchemes(take: (scheme: Scheme) => void): void {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(colorScheme, () => {
      test.use({ colorScheme })
      test.beforeEach(({ page }) => steady(page))
      take(colorScheme)
    })
  }
}

/**
 * Lets the page live at the end of the data: its clock stands there, and what the server did on its own
 * clock, keys and accounts it made, looks as if it had been done shortly before.
 */
export async function steady(page: Page): Promise<void> {
  await page.clock.setFixedTime(END)
  await page.route(
    /\/api\/v1\/(me|account|session|users|api-keys|views|settings)\b/,
    async (route) => {
      const answer = await route.fetch()
      const text = await answer.text()
      const body = text.replace(/"(2\d{3}-\d\d-\d\dT[^"]*)"/g, (whole, time: string) =>
        Date.parse(time) > END.getTime()
          ? `"${before(Date.parse(time) > Date.now() ? -720 : 2)}"`
          : whole,
      )
      const drawn = {
        key: '"last_four":"1c7e"',
        secret: '"secret":"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"',
      }
      await route.fulfill({
        response: answer,
        body: body
          .replace(/"last_four":"[^"]+"/g, drawn.key)
          .replace(/"secret":"[A-Z2-7]+"/, drawn.secret),
      })
    },
  )
}

export async function take(
  page: Page,
  name: string,
  { mask = [] as Locator[] } = {},
): Promise<void> {
  // A pointer that rests on something would show as a marked row.
  await page.mouse.move(0, 0)
  await page.evaluate(() => document.fonts.ready)
  await page.evaluate(sameIds)
  await expect(page.getByText('Loading events')).toHaveCount(0)
  await expect(page.locator('[data-stale], [aria-busy=true]')).toHaveCount(0)
  await expect(page).toHaveScreenshot(`${name}.png`, { mask, maskColor: '#8a8f98' })
  await shrink(`${FOLDER}${name}.png`)
}

/** Ids that the server drew, of an account for one, and hashes of leaves, which are salted, show as one that is always the same. */
function sameIds(): void {
  const id = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/
  const hash = /^[0-9a-f]{64}$/
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const node = texts.currentNode
    if (id.test(node.nodeValue ?? '')) node.nodeValue = '019edb59-3cbf-764a-819b-a104b14d4324'
    if (hash.test(node.nodeValue ?? '')) node.nodeValue = 'c874a79e424d6974'.repeat(4)
  }
}

/** Keeps a picture in 256 colours: a third of the size, and nobody sees it. */
async function shrink(path: string): Promise<void> {
  const picture = readFileSync(path)
  const { isPalette } = await sharp(picture).metadata()
  if (!isPalette) {
    const options = { palette: true, compressionLevel: 9, effort: 10 }
    writeFileSync(path, await sharp(picture).png(options).toBuffer())
  }
  expect(readFileSync(path).length, `bytes of ${path}`).toBeLessThanOrEqual(SIZE_MAX)
}
