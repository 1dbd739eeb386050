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
  it('is a box of its own on a line, so that it ends at its own end, and shows where it is blank', () => {
    const html = (value: string) => renderToStaticMarkup(<EventText value={value} line />)
    expect(html('مرحبا')).toMatch(/^<bdi class="[^"]*line[^"]*">مرحبا<\/bdi>$/)
    expect(html('  ')).toContain('U+0020')
  })
})
