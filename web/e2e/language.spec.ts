/** The interface in another language, by the browser's wish or by choice. */
import { expect, signIn, test } from './daybook'

test('a browser that prefers Chinese gets Chinese, and a choice is kept', async ({ browser }) => {
  const context = await browser.newContext({
    locale: 'zh-CN',
    viewport: { width: 1440, height: 900 },
  })
  const page = await context.newPage()
  await page.goto('/logs/usage?from=-7d')
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN')
  await page.getByLabel('邮箱').fill('admin@example.com')
  await page.getByLabel('密码', { exact: true }).fill('correct horse battery staple')
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByRole('tab', { name: '用量日志' })).toBeVisible()
  await expect(page.getByRole('columnheader', { name: '费用' })).toBeVisible()
  await expect(page.locator('output')).toHaveText(/条事件$/)

  await page.getByRole('button', { name: 'admin@example.com 的账号' }).click()
  await page.getByRole('radiogroup', { name: '语言' }).getByText('English').click()
  await expect(page.getByRole('tab', { name: 'Usage logs' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('tab', { name: 'Usage logs' })).toBeVisible()
  await context.close()
})

test('without a wish that can be met it is English', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'fi-FI' })
  const page = await context.newPage()
  await page.goto('/')
  await signIn(page)
  await expect(page.getByRole('tab', { name: 'Usage logs' })).toBeVisible()
  await context.close()
})

test('every field has a Chinese name', async ({ browser, signedIn: admin }) => {
  const catalogue = await admin.request.get('/api/v1/catalogue')
  const { streams } = (await catalogue.json()) as {
    streams: { name: string; fields: { label: string }[] }[]
  }
  const context = await browser.newContext({
    locale: 'zh-CN',
    storageState: await admin.context().storageState(),
  })
  const page = await context.newPage()
  for (const { name, fields } of streams) {
    await page.goto(`/logs/${name}?from=-7d`)
    await page.getByRole('button', { name: '添加筛选' }).click()
    const menu = page.getByRole('dialog')
    await expect(menu.getByRole('listitem').first()).toBeVisible()
    const shown = new Set(await menu.getByRole('listitem').allTextContents())
    const english = fields.filter(({ label }) => /[a-z]{3}/.test(label) && shown.has(label))
    expect(english, `fields of ${name} without a Chinese name`).toEqual([])
  }
  await context.close()
})

test('the language and the appearance can be chosen before signing in, at once', async ({
  page,
}) => {
  await page.goto('/sign-in')
  const language = page.getByRole('radiogroup', { name: 'Language' })
  await expect(language).toBeVisible()
  await page.evaluate(() => (document.body.dataset['loaded'] = 'once'))
  await language.getByText('简体中文').click()
  await expect(page.getByRole('button', { name: '登录' })).toBeVisible()
  await page.getByRole('radiogroup', { name: '外观' }).getByText('深色').click()
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  // Nothing was loaded again.
  expect(await page.evaluate(() => document.body.dataset['loaded'])).toBe('once')
})
