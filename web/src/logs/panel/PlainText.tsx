/** Text with its own line breaks, folded when long. */
import { EventText } from '../../ui/EventText'
import { LongText } from './LongText'
import classes from './Conversation.module.css'

export function PlainText({ text }: { text: string }) {
  return (
    <LongText text={text}>
      {(shown) => (
        <div className={classes.text}>
          <EventText value={shown} breaks />
        </div>
      )}
    </LongText>
  )
}
