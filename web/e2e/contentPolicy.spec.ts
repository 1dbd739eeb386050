import { expect, openView, test } from './daybook'

test.use({ expectedErrors: [/Trusted ?Type|TrustedHTML|TrustedScript/] })

test('text cannot become markup or script, whatever code tries it', async ({ signedIn: page }) => {
  await openView(page, '/logs/usage')
  const tried = await page.evaluate(() => {
    const attempt = (work: () => unknown) => {
      try {
        work()
        return 'it worked'
      } catch (error) {
        return error instanceof TypeError || error instanceof EvalError ? 'refused' : String(error)
      }
    }
    return {
      markup: attempt(() => (document.body.innerHTML = '<img src=x onerror="window.ran = true">')),
      inserted: attempt(() => document.body.insertAdjacentHTML('beforeend', '<b>x</b>')),
      script: attempt(() => (document.createElement('script').textContent = 'window.ran = true')),
      address: attempt(() => (document.createElement('script').src = 'https://evil.example/x.js')),
      policy: attempt(() =>
        (
          window as unknown as { trustedTypes: { createPolicy: (...rule: unknown[]) => void } }
        ).trustedTypes.createPolicy('other', {}),
      ),
    }
  })
  expect(tried).toEqual({
    markup: 'refused',
    inserted: 'refused',
    script: 'refused',
    address: 'refused',
    policy: 'refused',
  })
  expect(await page.evaluate(() => 'ran' in window)).toBe(false)
})
