/** Text of an event: always text, isolated from what surrounds it, with hidden controls shown. */
import { splitControls } from '../format/text'
import classes from './EventText.module.css'

export function EventText({ value }: { value: string }) {
  const pieces = splitControls(value)
  return (
    <bdi>
      {pieces.map((piece, index) =>
        piece.control === undefined ? (
          piece.text
        ) : (
          <span key={index} className={classes.control}>
            {piece.control}
          </span>
        ),
      )}
    </bdi>
  )
}
