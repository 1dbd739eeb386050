/** The open request when it is not on this page of the list: its address was shared, or the list moved on. */
import type { EventRef } from '../api/eventRef'
import { t } from '../i18n'
import { RequestDetails } from './RequestDetails'
import classes from './RequestList.module.css'

export function ApartRequest({ open }: { open: EventRef }) {
  return (
    <section className={classes.apart} aria-label={t.requests.details}>
      <p>{t.requests.apart}</p>
      <RequestDetails open={open} />
    </section>
  )
}
