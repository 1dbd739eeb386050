/** The texts of the chosen language. Read `t` while rendering, not while modules load. */
import { en, type Messages } from './en'

/** A further language is one more line here and one more file beside `en.ts`. */
const languages: Record<string, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
}

export let t: Messages = en

/** Chooses the first language of the reader that exists; English otherwise. */
export async function loadLanguage(preferred: readonly string[]): Promise<void> {
  for (const tag of preferred) {
    const load = languages[tag] ?? languages[tag.split('-')[0] ?? '']
    if (load) {
      t = await load()
      document.documentElement.lang = t.locale
      return
    }
  }
}
