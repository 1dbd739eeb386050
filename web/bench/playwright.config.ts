import { defineConfig } from '@playwright/test'
import base from '../playwright.config'

/** How fast the UI answers the hand: against the Daybook at DAYBOOK_URL, or a demo of its own. */
export default defineConfig(base, {
  testDir: '.',
  testMatch: '*.bench.ts',
  globalSetup: '../e2e/startDaybook.ts',
  workers: 1,
  timeout: 15 * 60_000,
  use: { trace: 'off' },
})
