/** How many events the view has in its range, exactly: what a live list goes on from. */
import { useQuery } from '@tanstack/react-query'
import { totalQuery } from '../api/queries'
import { formatNumber } from '../format/number'
import { t } from '../i18n'
import { useLogView } from '../logs/LogView'
import { selectionParams } from '../logs/logState'
import { formatSpan, presetName, resolveRange } from '../logs/range/range'
import { AUTO_MS } from '../logs/useAuto'
import classes from './LiveBar.module.css'

export function LiveTotal() {
  const { place, stream, state, asked, zone } = useLogView()
  const { data, isError } = useQuery({
    ...totalQuery(stream, selectionParams(asked)),
    refetchInterval: AUTO_MS,
    placeholderData: (previous: number | undefined) => previous,
  })
  if (data === undefined) return null
  const range =
    presetName(state.from, state.to) ?? formatSpan(resolveRange(state.from, state.to), zone)
  const counted = place === 'requests' ? t.list.requests : t.list.total
  return (
    // Figures that change every few seconds would drown what is read aloud.
    <output className={classes.total} data-stale={isError || undefined} aria-live="off">
      {t.live.inRange(counted(formatNumber(data)), range)}
    </output>
  )
}
