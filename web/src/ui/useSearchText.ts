/** What stands in a search box; the address follows after a pause, and leads when it changes itself. */
import { useEffect, useRef, useState } from 'react'

const DEBOUNCE_MS = 150

export function useSearchText(q: string, ask: (q: string) => void) {
  const [text, setText] = useState(q)
  const [asked, setAsked] = useState(q)
  // The letters of a word that an input method still composes are not what is searched for.
  const [composing, setComposing] = useState(false)
  if (q !== asked) {
    setAsked(q)
    setText(q)
  }
  const latest = useRef(ask)
  useEffect(() => {
    latest.current = ask
  })
  useEffect(() => {
    if (composing || text === asked) return
    const timer = setTimeout(() => {
      setAsked(text)
      latest.current(text)
    }, DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [composing, text, asked])
  const typing = {
    value: text,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setText(event.currentTarget.value),
    onCompositionStart: () => setComposing(true),
    onCompositionEnd: () => setComposing(false),
    onKeyDown: (event: React.KeyboardEvent<HTMLInputElement>) => {
      if (event.key !== 'Escape' || event.nativeEvent.isComposing) return
      // Browsers would empty the box; one leaves it, and what was searched for stays.
      event.preventDefault()
      event.currentTarget.blur()
    },
  }
  return { text, setText, typing }
}
