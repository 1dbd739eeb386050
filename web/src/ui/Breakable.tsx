/** Text whose endless words break anywhere: a browser takes a minute to lay out a word of a megabyte. */
import { breakable } from '../format/text'
import classes from './Breakable.module.css'

export function Breakable({ text }: { text: string }) {
  return breakable(text).map((part, index) =>
    part.endless ? (
      <span key={index} className={classes.endless}>
        {part.text}
      </span>
    ) : (
      part.text
    ),
  )
}
