import { beforeEach, describe, expect, it, vi } from 'vitest'
import { formatDay, formatDayHeading } from '../format/time'
import { en as first } from './en'
import { evidence as enEvidence } from './enEvidence'
import { exports as enExports } from './enExports'
import { settings as enSettings } from './enSettings'
import { chooseLanguage, currentLanguage, loadLanguage, onLanguage, t } from './index'
import { zh as firstZh } from './zh'
import { evidence as zhEvidence } from './zhEvidence'
import { exports as zhExports } from './zhExports'
import { settings as zhSettings } from './zhSettings'

const en = { ...first, settings: enSettings, evidence: enEvidence, exports: enExports }
const zh = { ...firstZh, settings: zhSettings, evidence: zhEvidence, exports: zhExports }

/** These take a list. */
const LISTS = new Set(['.search.placeholder'])

/** Every text by its path; functions are called with marks that must come through. */
function texts(messages: object, path = ''): [string, string][] {
  return Object.entries(messages).flatMap(([name, value]): [string, string][] => {
    const here = `${path}.${name}`
    if (typeof value === 'string') return [[here, value]]
    if (typeof value === 'function') {
      const say = value as (...args: unknown[]) => string
      return [[here, say(LISTS.has(here) ? ['\u2460'] : '\u2460', '\u2461', '\u2462')]]
    }
    return typeof value === 'object' && value !== null ? texts(value as object, here) : []
  })
}

const LATIN = /[A-Za-z]{4,}/
/** Names that are the same in every language. */
const NAMES =
  /Daybook|LiteLLM|OpenTelemetry|OpenID Connect|Keycloak|Entra|Okta|Google|Authentik|Authenticator|Aegis|2FAS|1Password|token|JSON|curl|DSL|Web|DAYBOOK_\w+|generic_api|callbacks|example\.com|groups|https|HTTPS|setup|openid|daybook-backup-codes\.txt|CSV|OAuth|ledger_policy|ledger_anchors|The ledger|When it refuses|Parquet|Excel|UTF-8|zh-CN/g

describe('the Chinese texts', () => {
  it('are there for every English one, and no others', () => {
    // Fields, words and answers of the server speak English by themselves.
    const paths = (messages: object) =>
      texts(messages)
        .map(([path]) => path)
        .filter((path) => !/^\.(fields|words|errors\.codes)\./.test(path))
        .sort()
    expect(paths(zh)).toEqual(paths(en))
  })
  it('are Chinese, all of them', () => {
    const untranslated = texts(zh)
      .filter(([path]) => !path.startsWith('.locale'))
      .filter(([, text]) => LATIN.test(text.replace(NAMES, '')))
    expect(untranslated).toEqual([])
  })
  it('say everything that the English ones say', () => {
    const chinese = new Map(texts(zh))
    const days = ['.days.heading', '.days.short']
    for (const [path, text] of texts(en)) {
      if (days.includes(path)) continue
      const other = chinese.get(path) ?? ''
      const marks = ['\u2460', '\u2461', '\u2462'].filter((mark) => text.includes(mark))
      for (const mark of marks) expect(other, `${path} names what it is about`).toContain(mark)
    }
  })
})

describe('the language', () => {
  beforeEach(() => localStorage.clear())
  it('is the first of the reader that exists, and else English', async () => {
    await loadLanguage(['fr-FR', 'zh-TW', 'en'])
    expect(t.streams.audit).toBe(zh.streams.audit)
    expect(document.documentElement.lang).toBe('zh-CN')
    const date = new Date('2026-03-09T00:00:00Z')
    const later = new Date('2026-05-01T00:00:00Z')
    expect(formatDay(date, 'utc', later)).toBe('3月9日')
    expect(formatDayHeading(later, 'utc', later)).toBe('今天')
    await loadLanguage(['fr'])
    expect(t).toBe(first)
  })
  it('is told to what shows texts when another one is chosen', async () => {
    const read = vi.fn()
    const stop = onLanguage(read)
    await chooseLanguage('zh')
    expect(t.streams.audit).toBe(zh.streams.audit)
    expect(read).toHaveBeenCalledOnce()
    stop()
    await chooseLanguage('en')
    expect(read).toHaveBeenCalledOnce()
  })
  it('that was chosen goes before those of the browser', async () => {
    localStorage.setItem('daybook-language', 'zh')
    await loadLanguage(['en'])
    expect(currentLanguage()).toBe('zh')
    localStorage.setItem('daybook-language', 'en')
    await loadLanguage(['zh'])
    expect(currentLanguage()).toBe('en')
  })
})
