import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { AddressText } from './AddressText'

const textOf = (html: string) => html.replace(/<[^>]*>/g, '')

describe('AddressText', () => {
  it('keeps the end of a long address, and has it whole as its title and as its text', () => {
    const address = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'
    const html = renderToStaticMarkup(<AddressText value={address} />)
    expect(html).toContain('>eeee:ffff</span>')
    expect(html).toContain(`title="${address}"`)
    expect(textOf(html)).toBe(address)
  })
  it('leaves short addresses and what is none alone', () => {
    for (const text of ['192.0.2.255', 'behind the fourth proxy']) {
      expect(renderToStaticMarkup(<AddressText value={text} />)).toMatch(/^<bdi/)
    }
  })
})
