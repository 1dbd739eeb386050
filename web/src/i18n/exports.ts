/** Texts about files of events, loaded with the pages that show them. */
import { exports as en } from './enExports'
import { inLanguage } from './index'
import { exports as zh } from './zhExports'

export type ExportTexts = typeof en

export const exportTexts = (): ExportTexts => inLanguage({ en, zh })
