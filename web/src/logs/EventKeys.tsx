/** Keys for one event: take it along, compare it. They say what they did, as buttons do that were pressed. */
import { useEffect, useState } from 'react'
import { useCompare } from '../compare/useCompare'
import { t } from '../i18n'
import { useShortcuts } from '../keyboard/useShortcuts'
import type { EventKey } from '../timeline/timelineState'
import { copyText } from '../ui/CopyButton'
import { curlOf } from './panel/curl'
import classes from './EventKeys.module.css'

interface EventKeysProps {
  /** Undefined while none is open or marked: then the keys do nothing. */
  of: EventKey | undefined
  /** The address that leads to it. */
  address: () => string
}

export function EventKeys({ of, address }: EventKeysProps) {
  const [said, say] = useSaid()
  const { stepOf, press } = useCompare()
  const copy = (text: string) => {
    copyText(text).then(
      () => say(t.values.copied),
      () => say(t.errors.copyFailed),
    )
  }
  useShortcuts({
    c: () => of && copy(address()),
    u: () => of && copy(curlOf(location.origin, of)),
    m: () => {
      if (!of) return
      const step = stepOf(of)
      press(of)
      if (step !== 'withMarked') say(step === 'mark' ? t.compare.marked : t.compare.unmarked)
    },
  })
  return (
    <div className={classes.region} aria-live="polite">
      {said !== undefined && <div className={classes.said}>{said}</div>}
    </div>
  )
}

const SAID_MS = 1500

function useSaid() {
  // An object, so that the same word again stays as long again.
  const [said, setSaid] = useState<{ text: string }>()
  useEffect(() => {
    if (said === undefined) return
    const timer = setTimeout(() => setSaid(undefined), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])
  return [said?.text, (text: string) => setSaid({ text })] as const
}
