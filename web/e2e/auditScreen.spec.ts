/** The audit log as an auditor reads it: who, where, on what, and what came of it in the calls. */
import { expect, openView, rows, test } from './daybook'
import { minutesAgo, sendEvents, uniqueWord } from './events'

test('a row tells operator, address, resource with its parent, and workspace; ids can be copied', async ({
  signedIn: page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const word = uniqueWord('doc')
  await sendEvents(page.request, [
    {
      stream: 'audit',
      time: minutesAgo(2),
      action: 'document.deleted',
      operation: 'delete',
      actor_type: 'api_key',
      actor_id: 'k_77',
      actor_name: 'nightly',
      ip: '203.0.113.77',
      workspace_id: 'ws_9',
      workspace_name: 'Handbooks',
      resource_type: 'document',
      resource_id: `d_${word}`,
      resource_name: word,
      parent_type: 'knowledge_base',
      parent_name: 'Policies',
    },
  ])
  await openView(page, `/logs/audit?from=-1h&resource_id=d_${word}`)
  await expect(rows(page)).toHaveCount(1)
  const cell = (name: string) => rows(page).first().locator(`td[data-field=${name}]`)
  await expect(cell('actor_name')).toHaveText(/nightly.*203\.0\.113\.77/)
  await expect(cell('resource_name')).toHaveText(new RegExp(`${word}.*document \\(Policies\\)`))
  await expect(cell('workspace_name')).toHaveText('Handbooks')
  const titled = (name: string) => cell(name).locator('[title]').last()
  await expect(titled('actor_name')).toHaveAttribute(
    'title',
    /^nightly.* · api key · k_77 · 203\.0\.113\.77$/,
  )
  await cell('resource_name').hover()
  await page.getByRole('button', { name: `Copy id d_${word}` }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`d_${word}`)
})

test('all actions on a kind of resource are one filter', async ({ signedIn: page }) => {
  await openView(page, '/logs/audit?from=-7d')
  await page.getByRole('button', { name: 'Add filter' }).click()
  const menu = page.getByRole('dialog')
  await menu.getByLabel('Find a field').fill('action')
  await page.keyboard.press('Enter')
  await menu.getByLabel('Find a value').fill('model')
  await menu.getByRole('button', { name: 'All of model.*' }).click()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/action=model\.(\*|%2A)/)
  const actions = rows(page).locator('td[data-field=action]')
  await expect(actions.first()).toHaveText(/^model\./)
  for (const action of await actions.allTextContents()) expect(action).toMatch(/^model\./)
})

test('a change leads to the calls of what was changed, in the same window', async ({
  signedIn: page,
}) => {
  await openView(page, '/logs/audit?from=-7d&resource_name=gpt-4o&action=model.disabled')
  await rows(page).first().click()
  const related = page
    .getByRole('region', { name: 'Event details' })
    .getByRole('listitem')
    .filter({ hasText: 'Usage of this resource' })
  await related.getByRole('link', { name: 'In this window' }).click()
  await expect(page).toHaveURL(/\/logs\/usage\?from=-7d&platform_model=gpt-4o/)
  await expect(rows(page).first()).toBeVisible()
})
