/** What was said in a call, in every dialect of the demo, and that nothing in it can act. */
import { expect, openView, rows, test } from './daybook'
import { minutesAgo, sendEvents, uniqueWord } from './events'

const DIALECTS = ['openai_chat', 'openai_responses', 'anthropic_messages', 'gemini']

test('calls of every dialect read as conversations', async ({ signedIn: page }) => {
  for (const dialect of DIALECTS) {
    await openView(
      page,
      `/logs/usage?from=-30d&page_size=10&outcome=success&content.exists=true&protocol=${dialect}`,
    )
    await rows(page).first().click()
    const prompt = page.getByRole('region', { name: 'Prompt' })
    await expect(prompt.getByRole('heading', { name: 'user' }).first()).toBeVisible()
    const response = page.getByRole('region', { name: 'Response' })
    await expect(response.getByRole('heading', { name: 'assistant', exact: true })).toBeVisible()
  }
})

test('a tool that failed and an answer that was cut say so', async ({ signedIn: page }) => {
  const word = uniqueWord('ending')
  await sendEvents(page.request, [
    {
      stream: 'usage',
      time: minutesAgo(2),
      platform_model: word,
      request: {
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'find', input: {} }] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't1', content: 'no such file', is_error: true },
            ],
          },
        ],
      },
      response: {
        role: 'assistant',
        content: [{ type: 'text', text: 'Once upon' }],
        stop_reason: 'max_tokens',
      },
    },
  ])
  await openView(page, `/logs/usage?from=-1h&platform_model=${word}`)
  await rows(page).first().click()
  await expect(page.getByRole('region', { name: 'Prompt' })).toContainText('Tool result: failed')
  await expect(page.getByRole('region', { name: 'Response' })).toContainText(
    'Ends here because it reached its limit of tokens.',
  )
})

test('an image shows only when asked for', async ({ signedIn: page }) => {
  const id = await findEvent(page, 'q=annual%20report', 'base64')
  await openView(page, `/logs/usage?from=-30d&page_size=10&open=${id}`)
  const prompt = page.getByRole('region', { name: 'Prompt' })
  const show = prompt.getByRole('button', { name: 'Show image' })
  await expect(show).toBeVisible()
  await expect(prompt.getByRole('img')).toHaveCount(0)
  await show.click()
  const image = prompt.getByRole('img', { name: 'Image of the message' })
  await expect(image).toBeVisible()
  expect(await image.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBeGreaterThan(0)
  await prompt.getByRole('button', { name: 'Enlarge image' }).click()
  const large = page.getByRole('dialog', { name: 'Image of the message' })
  await expect(large.getByRole('img', { name: 'Image of the message' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(large).toBeHidden()
  await prompt.getByRole('button', { name: 'Hide image' }).click()
  await expect(prompt.getByRole('img')).toHaveCount(0)
})

test('hostile text stays text, and nothing is fetched from elsewhere', async ({
  signedIn: page,
  baseURL,
}) => {
  const foreign: string[] = []
  page.on('request', (request) => {
    const { origin } = new URL(request.url())
    if (origin !== new URL(baseURL ?? '').origin && origin !== 'null') foreign.push(request.url())
  })
  page.on('dialog', (dialog) => {
    foreign.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const id = await findEvent(page, 'q=lamp,%20five', '<')
  await openView(page, `/logs/usage?from=-30d&page_size=10&open=${id}`)
  const prompt = page.getByRole('region', { name: 'Prompt' })
  await expect(prompt).toContainText(/<(script|img|\/div|svg)/)
  await expect(prompt.locator('script, iframe, img, svg[onload]')).toHaveCount(0)
  expect(foreign).toEqual([])
})

/** The first of the demo's events that a filter finds and whose JSON holds a text. */
async function findEvent(
  page: Parameters<typeof rows>[0],
  filter: string,
  text: string,
): Promise<string> {
  const list = await page.request.get(`/api/v1/logs/usage?from=-30d&page_size=200&${filter}`)
  const { items } = (await list.json()) as { items: { id: string }[] }
  for (const { id } of items) {
    const event = await page.request.get(`/api/v1/logs/usage/events/${id}`)
    if ((await event.text()).includes(text)) return id
  }
  throw new Error(`the demo has no event with ${text} among ${filter}`)
}
