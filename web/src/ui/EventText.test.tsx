import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { EventText } from './EventText'

describe('EventText', () => {
  it('keeps markup of an event harmless and shows what would reorder the line', () => {
    const html = renderToStaticMarkup(<EventText value={'<img onerror=x>\u202Egnp.exe'} />)
    expect(html).toContain('&lt;img onerror=x&gt;')
    expect(html).not.toContain('\u202E')
    expect(html).toContain('U+202E')
  })
})
