import { defineConfig } from '@playwright/test'

// Any port, so that two checkouts can test at once; workers read the one that was drawn first.
process.env['DAYBOOK_E2E_PORT'] ??= String(20_000 + Math.floor(Math.random() * 10_000))
const port = process.env['DAYBOOK_E2E_PORT']

/** The system's Chromium against the real binary: nothing is downloaded, nothing is imitated. */
export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/startDaybook.ts',
  // Patience, not a measure of speed: machines that test share their cores.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  retries: 0,
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  reporter: [['list']],
  use: {
    baseURL: process.env['DAYBOOK_URL'] ?? `http://127.0.0.1:${port}`,
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    trace: 'retain-on-failure',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath:
        process.env['DAYBOOK_CHROMIUM'] ?? process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
