/** A network address on one line. Where its middle goes, its end still tells it from its neighbours. */
import { EventText } from './EventText'
import classes from './AddressText.module.css'

/** Longer than any IPv4 address, and nothing that only calls itself an address. */
const LONG_ADDRESS = /^[\da-f:.]{16,}$/i
const END_CHARACTERS = 9

export function AddressText({ value }: { value: string }) {
  if (!LONG_ADDRESS.test(value)) return <EventText value={value} line />
  return (
    <span className={classes.address} title={value}>
      <span className={classes.start}>{value.slice(0, -END_CHARACTERS)}</span>
      <span>{value.slice(-END_CHARACTERS)}</span>
    </span>
  )
}
