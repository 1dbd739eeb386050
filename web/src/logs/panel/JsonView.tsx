/** JSON, formatted and coloured, built from elements: nothing in it is ever markup. */
import type { Json } from '../../api/types'
import { Breakable } from '../../ui/Breakable'
import { LongText } from './LongText'
import { tokensOf } from './jsonTokens'
import classes from './JsonView.module.css'

export function JsonView({ value }: { value: Json }) {
  const text = JSON.stringify(value, null, 2)
  return (
    <LongText text={text}>
      {(shown) => (
        <pre className={classes.json} tabIndex={0}>
          {tokensOf(shown).map((token, index) =>
            token.kind === 'plain' ? (
              <Breakable key={index} text={token.text} />
            ) : (
              <span key={index} data-kind={token.kind}>
                <Breakable text={token.text} />
              </span>
            ),
          )}
        </pre>
      )}
    </LongText>
  )
}
