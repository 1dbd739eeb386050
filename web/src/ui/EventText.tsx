/** Text of an event: always text, isolated from what surrounds it, with hidden controls shown. */
import { splitControls, splitLine } from '../format/text'
import { Breakable } from './Breakable'
import classes from './EventText.module.css'

interface EventTextProps {
  value: string
  /** Where lines may break, endless words may, too. */
  breaks?: boolean
  /** On one line: cut where the room ends, at the end of the text in whichever direction it is written. */
  line?: boolean
}

export function EventText({ value, breaks = false, line = false }: EventTextProps) {
  const pieces = line ? splitLine(value) : splitControls(value)
  return (
    <bdi className={line ? classes.line : undefined}>
      {pieces.map((piece, index) =>
        piece.control === undefined ? (
          breaks ? (
            <Breakable key={index} text={piece.text} />
          ) : (
            piece.text
          )
        ) : (
          // Isolated, so that its letters do not decide in which direction the text runs.
          <bdi key={index} className={classes.control}>
            {piece.control}
          </bdi>
        ),
      )}
    </bdi>
  )
}
