/** Text whose longest words may break: a browser takes a minute to lay out a word of a megabyte. */
import { Fragment } from 'react'
import { breakable } from '../format/text'

export function Breakable({ text }: { text: string }) {
  return breakable(text).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}
