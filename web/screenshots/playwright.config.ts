import { defineConfig } from '@playwright/test'
import base from '../playwright.config'

// The same month of data whenever they are taken; the browser's clock stands at its end.
process.env['DAYBOOK_DEMO_UNTIL'] ??= '2026-06-18T15:30:00Z'

/**
 * The pictures of the documentation, taken from a demo of its own whose month ends at a fixed time. A
 * picture is replaced only when it has changed: what a second run draws is the same to the pixel, and
 * the little that is allowed covers the fewer colours it is kept in.
 */
export default defineConfig(base, {
  testDir: '.',
  testMatch: '*.take.ts',
  globalSetup: '../e2e/startDaybook.ts',
  workers: 1,
  updateSnapshots: 'changed',
  snapshotPathTemplate: '../../docs/guide/screenshots/{arg}{ext}',
  expect: { toHaveScreenshot: { maxDiffPixels: 60 } },
  use: { deviceScaleFactor: 1, reducedMotion: 'reduce', trace: 'off', timezoneId: 'UTC' },
})
