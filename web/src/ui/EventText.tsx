/** Text of an event: always text, isolated from what surrounds it, with hidden controls shown. */
import { splitControls } from '../format/text'
import { Breakable } from './Breakable'
import classes from './EventText.module.css'

interface EventTextProps {
  value: string
  /** Where lines may break, endless words may, too. */
  breaks?: boolean
}

export function EventText({ value, breaks = false }: EventTextProps) {
  const pieces = splitControls(value)
  return (
    <bdi>
      {pieces.map((piece, index) =>
        piece.control === undefined ? (
          breaks ? (
            <Breakable key={index} text={piece.text} />
          ) : (
            piece.text
          )
        ) : (
          <span key={index} className={classes.control}>
            {piece.control}
          </span>
        ),
      )}
    </bdi>
  )
}
