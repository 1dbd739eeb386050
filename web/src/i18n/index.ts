/** The texts of the chosen language. Read `t` while rendering, not while modules load. */
import { en, type Messages } from './en'

interface Language {
  /** In its own words, so that whoever needs it finds it. */
  name: string
  load: () => Promise<Messages>
}

/** A further language is one more line here and files beside those of `en.ts`. */
const LANGUAGES: Record<string, Language> = {
  en: { name: 'English', load: () => Promise.resolve(en) },
  zh: { name: '简体中文', load: () => import('./zh').then(({ zh }) => zh) },
}

const CHOSEN = 'daybook-language'

export let t: Messages = en

/** Tags and names of the languages there are. */
export const languages = Object.entries(LANGUAGES).map(([tag, { name }]) => ({ tag, name }))

/** The tag of the language on the screen. */
export function currentLanguage(): string {
  return baseOf(t.locale)
}

/** Of texts that come with their page and not with the first one: those in the language on the screen. */
export function inLanguage<Texts>(texts: { en: Texts } & Record<string, Texts | undefined>): Texts {
  return texts[currentLanguage()] ?? texts.en
}

const readers = new Set<() => void>()

/** Tells when another language was chosen: texts are read everywhere, so everything is drawn again. */
export function onLanguage(read: () => void): () => void {
  readers.add(read)
  return () => readers.delete(read)
}

/** Takes another language, and keeps the choice for the next visits. */
export async function chooseLanguage(tag: string): Promise<void> {
  localStorage.setItem(CHOSEN, tag)
  await loadLanguage([])
  for (const read of readers) read()
}

/** The language that was chosen here; else the first of the reader's that exists; else English. */
export async function loadLanguage(preferred: readonly string[]): Promise<void> {
  const chosen = localStorage.getItem(CHOSEN)
  const tags = chosen === null ? preferred : [chosen, ...preferred]
  const language = tags.map((tag) => LANGUAGES[baseOf(tag)]).find((known) => known !== undefined)
  t = language ? await language.load() : en
  document.documentElement.lang = t.locale
}

function baseOf(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? ''
}
