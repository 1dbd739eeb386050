import { defineConfig } from '@playwright/test'
import base from '../playwright.config'

/**
 * The pictures of the documentation, taken from a demo that runs at DAYBOOK_URL, or from its own.
 * A picture is replaced when it has changed visibly: times and counts differ in every demo.
 */
export default defineConfig(base, {
  testDir: '.',
  testMatch: '*.take.ts',
  globalSetup: '../e2e/startDaybook.ts',
  workers: 1,
  updateSnapshots: 'changed',
  snapshotPathTemplate: '../../docs/guide/screenshots/{arg}{ext}',
  expect: { toHaveScreenshot: { maxDiffPixelRatio: 0.04 } },
  use: { deviceScaleFactor: 1, reducedMotion: 'reduce', trace: 'off' },
})
