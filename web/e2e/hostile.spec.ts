/** Content that was made to harm: nothing of it acts, nothing of it hides, and the page stays quick. */
import type { Page } from '@playwright/test'
import { expect, openView, rows, test } from './daybook'
import { minutesAgo, sendEvents, uniqueWord } from './events'

const SCRIPTS = [
  '<script>window.pwned = 1</script>',
  '<img src=x onerror="window.pwned = 2">',
  '"><svg onload="window.pwned = 3">',
  'javascript:window.pwned=4',
  '{{constructor.constructor("window.pwned=5")()}}',
  '</title><iframe src="javascript:parent.pwned=6"></iframe>',
]
const ANSI = '\u001b[31mred\u001b[0m\u0007'
const REORDERED = 'invoice\u202egpj.exe'
const HIDDEN = 'pay\u200bpal\u2060.example'
const WRITINGS = ['שלום עולם', 'عمر الفاسي', '取扱説明書.pdf', '안녕하세요', 'हिन्दी']

function deep(levels: number): unknown {
  return levels === 0 ? 'bottom' : { deeper: deep(levels - 1) }
}

/** The same content wherever a field takes text. */
async function sendCorpus(page: Page, word: string): Promise<void> {
  const text = [...SCRIPTS, ANSI, REORDERED, HIDDEN, ...WRITINGS].join(' ')
  const message = { role: 'user', content: `${text}\n${'A'.repeat(1_000_000)}` }
  await sendEvents(page.request, [
    {
      stream: 'usage',
      time: minutesAgo(4),
      endpoint: `/v1/${SCRIPTS[1] ?? ''}`,
      platform_model: `${SCRIPTS[0] ?? ''}${REORDERED}`,
      user_name: `${SCRIPTS[2] ?? ''}${ANSI}`,
      api_key_name: HIDDEN,
      workspace_name: word,
      outcome: 'error',
      error: `${text} ${'e'.repeat(15_000)}`,
      metadata: { [SCRIPTS[1] ?? '']: SCRIPTS[0], [word]: ANSI },
      request: { model: SCRIPTS[3], messages: [{ role: SCRIPTS[0], content: text }, message] },
      response: { deep: deep(55), text },
      details: deep(50),
    },
    {
      stream: 'audit',
      time: minutesAgo(3),
      action: 'model.renamed',
      actor_name: SCRIPTS[1],
      resource_type: SCRIPTS[5],
      resource_name: `${word}${REORDERED}`,
      workspace_name: word,
      changes: [{ field: SCRIPTS[0], old: SCRIPTS[1], new: `${REORDERED}\n${ANSI}` }],
    },
    {
      stream: 'auth',
      time: minutesAgo(2),
      event: SCRIPTS[0],
      result: 'failure',
      reason: text,
      user_name: WRITINGS[0],
      workspace_name: word,
    },
    {
      stream: 'system',
      time: minutesAgo(1),
      level: 'critical',
      source: REORDERED,
      event: ANSI,
      message: `${text} ${'m'.repeat(15_000)}`,
      workspace_name: word,
      details: deep(60),
    },
  ])
}

async function expectHarmless(page: Page): Promise<void> {
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined()
  await expect(page.locator('#root').locator('script, iframe, [onerror], [onload]')).toHaveCount(0)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  expect(wide, 'nothing makes the page wider than the screen').toBe(false)
  const raw = await page.locator('#root').evaluate((root) => {
    const text = (root as HTMLElement).innerText
    // eslint-disable-next-line no-control-regex
    return /[\u001b\u0007\u202e\u200b\u2060]/.exec(text)?.[0]
  })
  expect(raw, 'no control reaches the page as itself').toBeUndefined()
}

test('hostile content is shown, whole and harmless, on every screen', async ({
  signedIn: page,
}) => {
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => expect(dialog.message()).toBe('')))
  const word = uniqueWord('hostile')
  await sendCorpus(page, word)

  for (const stream of ['usage', 'audit', 'auth', 'system']) {
    await openView(page, `/logs/${stream}?from=-1h&workspace_name=${word}`)
    await expect(rows(page)).toHaveCount(1)
    const box = await rows(page).first().boundingBox()
    expect(box?.height, 'a row keeps its height').toBeLessThan(40)
    await expectHarmless(page)
    await rows(page).first().click()
    const panel = page.getByRole('region', { name: 'Event details' })
    await expect(panel.getByRole('heading', { name: 'Event', exact: true })).toBeVisible()
    await expect(panel).toContainText(/U\+202E|U\+001B/)
    await panel.getByText('Raw JSON').click()
    await expectHarmless(page)
  }
  // Writings from right to left and without an alphabet are content like any other.
  await openView(page, `/logs/auth?from=-1h&workspace_name=${word}`)
  await expect(rows(page).first()).toContainText('שלום עולם')
  await rows(page).first().click()
  for (const text of WRITINGS) {
    await expect(page.getByRole('region', { name: 'Event details' })).toContainText(text)
  }
})

test('a request of hostile content opens quickly, and its megabyte folds', async ({
  signedIn: page,
}) => {
  const word = uniqueWord('hostile')
  await sendCorpus(page, word)
  await page.goto(`/requests?from=-1h&workspace_name=${word}`)
  const table = page.getByRole('table', { name: 'Requests' })
  await table.getByRole('row').filter({ hasText: 'U+202E' }).first().click()
  const details = page.getByRole('region', { name: 'Request and response' })
  const request = details.getByRole('region', { name: 'Request', exact: true })
  await expect(request).toContainText('<script>window.pwned = 1</script>')
  await expectHarmless(page)
  const before = (await request.textContent())?.length ?? 0
  expect(before).toBeLessThan(50_000)
  // As much at once as a browser lays out in a moment.
  const length = async () => ((await request.textContent()) ?? '').length
  for (const more of [200_000, 400_000]) {
    await request.getByRole('button', { name: /^Show 200.000 of/ }).click()
    await expect.poll(length).toBeGreaterThan(more)
  }
  const response = details.getByRole('region', { name: 'Response', exact: true })
  await response.getByRole('button', { name: /^Show all/ }).click()
  await expect(response).toContainText('bottom')
  // The page still answers: a key moves on at once.
  await page.keyboard.press('Escape')
  await expect(details).toBeHidden()
})

test('hostile values stay harmless as filters, titles and names', async ({ signedIn: page }) => {
  const word = uniqueWord('hostile')
  await sendCorpus(page, word)
  const script = SCRIPTS[0] ?? ''
  await page.goto(
    `/logs/audit?from=-1h&workspace_name=${word}&actor_name=${encodeURIComponent(SCRIPTS[1] ?? '')}&q=${encodeURIComponent(REORDERED)}`,
  )
  await expect(rows(page)).toHaveCount(1)
  await expect(page.getByRole('button', { name: /^Edit filter Actor/ })).toContainText('<img src=x')
  await expectHarmless(page)
  await page.getByRole('button', { name: 'Views' }).click()
  const menu = page.getByRole('dialog', { name: 'Views' })
  await menu.getByRole('button', { name: 'Save this view' }).click()
  await menu.getByLabel('Name').fill(`${script} ${word}`)
  await menu.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(menu.getByRole('link', { name: new RegExp(word) }).first()).toContainText(script)
  await expectHarmless(page)
  await page.keyboard.press('Escape')
  await rows(page).first().click()
  await page.getByRole('link', { name: 'What happened around this event' }).click()
  await expect(page.getByRole('list', { name: 'Events in order of time' })).toContainText(
    'model.renamed',
  )
  await expectHarmless(page)
})

test('a line that is cut ends at the end of its text, in either direction, and blanks are seen', async ({
  signedIn: page,
}) => {
  await page.setViewportSize({ width: 1024, height: 768 })
  const word = uniqueWord('cut')
  const arabic = `${'مرحبا بالعالم '.repeat(20)}نهاية`
  const address = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'
  await sendEvents(page.request, [
    {
      stream: 'auth',
      time: minutesAgo(2),
      event: 'login',
      result: 'failure',
      reason: arabic,
      user_name: '   ',
      ip: address,
      workspace_name: word,
    },
  ])
  await openView(page, `/logs/auth?from=-1h&workspace_name=${word}`)
  const cell = (field: string) => rows(page).first().locator(`td[data-field=${field}]`)
  await expect(cell('user_name')).toHaveText('U+0020 × 3')
  await expect(cell('ip').getByTitle(address)).toContainText('eeee:ffff')
  const end = cell('ip').getByText('eeee:ffff', { exact: true })
  await expect(end).toBeInViewport({ ratio: 1 })
  // The first word stands where the reading begins: at the right, within the cell.
  const place = await cell('reason').evaluate((td) => {
    const text = td.querySelector('bdi')?.firstChild
    const range = document.createRange()
    if (text) range.selectNodeContents(text)
    range.setEnd(range.startContainer, 5)
    const [first, box] = [range.getBoundingClientRect(), td.getBoundingClientRect()]
    return { fromLeft: first.left - box.left, fromRight: box.right - first.right }
  })
  expect(place.fromLeft).toBeGreaterThan(place.fromRight)
  expect(place.fromRight).toBeGreaterThanOrEqual(0)
})
