/** Copies a text and says so for a moment. */
import { ActionIcon } from '@mantine/core'
import { useEffect, useState } from 'react'
import { t } from '../i18n'
import { Icon, type IconName } from './Icon'

interface CopyButtonProps {
  /** A function is asked when the button is pressed. */
  text: string | (() => string)
  label: string
  icon?: IconName
  size?: number
  className?: string | undefined
}

export function CopyButton({ text, label, icon = 'copy', size = 24, className }: CopyButtonProps) {
  const { state, copy } = useCopy()
  const said =
    state === 'copied' ? t.values.copied : state === 'failed' ? t.errors.copyFailed : label
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={size}
      aria-label={said}
      data-hint={said}
      className={className ?? ''}
      onClick={() => copy(typeof text === 'string' ? text : text())}
    >
      <Icon name={state === 'copied' ? 'check' : icon} size={size > 24 ? 16 : 14} />
    </ActionIcon>
  )
}

type CopyState = 'idle' | 'copied' | 'failed'

export function useCopy() {
  const [state, setState] = useState<CopyState>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 1500)
    return () => clearTimeout(timer)
  }, [state])
  const copy = (text: string) => {
    copyText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  }
  return { state, copy }
}

/** The clipboard API exists on secure origins only; plain HTTP in a local network is not one. */
export async function copyText(text: string): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const focused = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const copied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  if (!copied) throw new Error('copying was refused')
}
