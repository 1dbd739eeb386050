/** Audit events with their proofs, and what is left of one that was erased. */
import type { Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { expect, openView, rows, test } from './daybook'
import { personOf } from './people'
import { minutesAgo, sendEvents, uniqueWord } from './events'

const proof = (page: Page) => page.getByRole('region', { name: 'Proof' })

test('an audit event is proven in the browser, check by check', async ({ signedIn: page }) => {
  const word = uniqueWord('deed')
  await sendEvents(page.request, [
    { stream: 'audit', time: minutesAgo(1), action: 'model.disabled', resource_name: word },
  ])
  await openView(page, `/logs/audit?from=-1h&resource_name=${word}`)
  await rows(page).first().click()
  await expect(proof(page).getByText('Proven', { exact: true })).toBeVisible()
  await expect(
    proof(page).getByText(/^Event .* of the ledger, included in the checkpoint/),
  ).toBeVisible()
  await expect(proof(page).getByRole('listitem')).toHaveText(Array(5).fill(/checked$/))
  await expect(proof(page).getByText(/Signed by/)).toContainText('+')
  await expect(proof(page).getByRole('button', { name: 'Copy the proof' })).toBeVisible()
})

test('an erased event says so, and is still proven', async ({ signedIn: page }) => {
  // The whole demo must be moved out of the write-ahead log first.
  test.setTimeout(300_000)
  const [word, person] = [uniqueWord('deed'), uniqueWord('person')]
  const id = uniqueWord('event')
  await sendEvents(page.request, [
    {
      stream: 'audit',
      id,
      time: minutesAgo(1),
      action: 'model.disabled',
      actor_id: person,
      resource_name: word,
    },
  ])
  const asked = await page.request.post('/api/v1/erasures', {
    data: { user_id: person, streams: ['audit'], reason: 'asked for' },
    headers: { 'x-daybook-csrf': '1' },
  })
  expect(asked.status()).toBe(202)
  const { id: job } = (await asked.json()) as { id: string }
  const state = async () =>
    ((await (await page.request.get(`/api/v1/jobs/${job}`)).json()) as { state: string }).state
  await expect.poll(state, { timeout: 240_000 }).toBe('done')
  await openView(page, `/logs/audit?from=-1h&open=${id}`)
  await expect(proof(page).getByText('Erased', { exact: true })).toBeVisible()
  await expect(proof(page).getByText('Proven', { exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Event details' })).not.toContainText(word)
})

test('the audit log says that it takes no events, and what to do', async ({ signedIn: page }) => {
  await page.route('**/api/v1/status', async (route) => {
    const answer = await route.fetch()
    const status = (await answer.json()) as { ledger: object }
    const ledger = { ...status.ledger, refused: 'an older data directory was brought back' }
    await route.fulfill({ response: answer, json: { ...status, ledger } })
  })
  await openView(page, '/logs/audit?from=-7d')
  await expect(page.getByRole('alert')).toContainText('an older data directory was brought back')
})

test('an auditor verifies on the server, against a kept checkpoint, and can quote the result', async ({
  signedIn: admin,
  browser,
}) => {
  const kept = await (await admin.request.get('/ledger/checkpoint')).text()
  const { page } = await personOf(browser, admin, 'auditor')
  await page.goto('/')
  await page.getByRole('link', { name: 'Verify' }).click()
  await expect(page.getByText('In order', { exact: true })).toBeVisible()
  await page.getByLabel('Checkpoints that you kept').fill(kept)
  await page.getByRole('button', { name: 'Verify', exact: true }).click()
  await expect(page.getByText('Passed', { exact: true })).toBeVisible({ timeout: 60_000 })
  await expect(
    page.getByText(/^PASS: .* no gaps, tree size .*1 earlier checkpoints contained/),
  ).toBeVisible()
  await expect(page.getByText(/^daybook verify http/)).toContainText('--checkpoint kept.checkpoint')
})

test('an evidence package of the view is made, and says how to check it', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('deed')
  await sendEvents(page.request, [
    { stream: 'audit', time: minutesAgo(5), action: 'model.disabled', resource_name: word },
  ])
  await openView(page, `/logs/audit?from=-1h&resource_name=${word}`)
  await page.getByRole('button', { name: 'Evidence' }).click()
  const started = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Make package' }).click()
  const download = await started
  expect(download.suggestedFilename()).toMatch(/^daybook-evidence-\d{8}-\d{8}\.zip$/)
  const bytes = readFileSync(await download.path())
  expect(bytes.subarray(0, 2).toString()).toBe('PK')
  expect(bytes.includes(word)).toBe(true)
  await expect(page.getByText(/^daybook verify daybook-evidence-/)).toContainText('--key')
})
