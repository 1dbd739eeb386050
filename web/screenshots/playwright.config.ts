import { defineConfig } from '@playwright/test'
import base from '../playwright.config'

/** The pictures of the documentation, taken from a demo that runs at DAYBOOK_URL, or from its own. */
export default defineConfig(base, {
  testDir: '.',
  testMatch: 'take.ts',
  globalSetup: '../e2e/startDaybook.ts',
  use: { deviceScaleFactor: 1, reducedMotion: 'reduce', trace: 'off' },
})
