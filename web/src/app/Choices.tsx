/** How the interface looks and which language it speaks: choices of the reader, for this browser. */
import { SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { chooseLanguage, currentLanguage, languages, t } from '../i18n'

interface ChoiceProps {
  className?: string | undefined
}

export function AppearanceChoice({ className = '' }: ChoiceProps) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <SegmentedControl
      className={className}
      fullWidth
      size="xs"
      aria-label={t.app.theme}
      value={colorScheme}
      onChange={setColorScheme}
      data={(['light', 'dark', 'auto'] as const).map((value) => ({
        value,
        label: t.app.themes[value],
      }))}
    />
  )
}

export function LanguageChoice({ className = '' }: ChoiceProps) {
  return (
    <SegmentedControl
      className={className}
      fullWidth
      size="xs"
      aria-label={t.app.language}
      value={currentLanguage()}
      onChange={(tag) => void chooseLanguage(tag)}
      data={languages.map(({ tag, name }) => ({
        value: tag,
        label: <span lang={tag}>{name}</span>,
      }))}
    />
  )
}
