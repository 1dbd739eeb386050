/** Texts of the settings, loaded with their pages. */
import { settings as en } from './enSettings'
import { inLanguage } from './index'
import { settings as zh } from './zhSettings'

export type SettingsTexts = typeof en

export const settingsTexts = (): SettingsTexts => inLanguage({ en, zh })
