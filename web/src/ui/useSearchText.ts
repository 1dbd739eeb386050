/** What stands in a search box; the address follows after a pause, and leads when it changes itself. */
import { useEffect, useRef, useState } from 'react'

const DEBOUNCE_MS = 250

export function useSearchText(q: string, ask: (q: string) => void) {
  const [text, setText] = useState(q)
  const [asked, setAsked] = useState(q)
  if (q !== asked) {
    setAsked(q)
    setText(q)
  }
  const latest = useRef(ask)
  useEffect(() => {
    latest.current = ask
  })
  useEffect(() => {
    if (text === asked) return
    const timer = setTimeout(() => {
      setAsked(text)
      latest.current(text)
    }, DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [text, asked])
  return [text, setText] as const
}
