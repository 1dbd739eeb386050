/** The selected events over time, stacked by how they ended. Dragging zooms in. */
import { Button } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { histogramQuery } from '../../api/queries'
import type { Histogram as HistogramData } from '../../api/types'
import { formatNumber } from '../../format/number'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { selectionParams } from '../logState'
import { useRefetchMs } from '../useEventPages'
import { HistogramBars } from './HistogramBars'
import { HistogramLegend } from './HistogramLegend'
import classes from './Histogram.module.css'

const BUCKETS = 90
const BUCKETS_NARROW = 45
const NARROW_PX = 640

export function Histogram() {
  const { ref, width, height } = useElementSize()
  const { data, stale, failed, retry } = useHistogram(width)
  const total = data?.buckets.reduce((sum, bucket) => sum + bucket.count, 0) ?? 0
  return (
    <section className={classes.histogram} data-stale={stale || undefined}>
      <HistogramLegend histogram={data} />
      <div className={classes.drawing} ref={ref}>
        {data === undefined ? (
          failed ? (
            <p className={classes.failed}>
              {t.histogram.failed}
              <Button size="compact-xs" variant="default" onClick={retry}>
                {t.errors.retry}
              </Button>
            </p>
          ) : (
            <div className={classes.skeleton} />
          )
        ) : (
          width > 0 && (
            <HistogramBars
              histogram={data}
              width={width}
              height={height}
              label={total === 0 ? t.histogram.empty : t.histogram.label(formatNumber(total))}
            />
          )
        )}
      </div>
    </section>
  )
}

function useHistogram(width: number) {
  const { stream, asked } = useLogView()
  const refetchInterval = useRefetchMs()
  const params = selectionParams(asked)
  const question = params.toString()
  params.set('buckets', String(width < NARROW_PX ? BUCKETS_NARROW : BUCKETS))
  const { data, isPlaceholderData, isError, refetch } = useQuery({
    ...histogramQuery(stream, params),
    enabled: width > 0,
    refetchInterval,
    placeholderData: (previous: HistogramData | undefined) => previous,
  })
  // Where the same cannot be had in other bars, as when an event opens beside it, those there are stay.
  const [answer, setAnswer] = useState<{ question: string; data: HistogramData }>()
  if (data && !isPlaceholderData && data !== answer?.data) setAnswer({ question, data })
  const shown = data ?? (answer?.question === question ? answer.data : undefined)
  return {
    data: shown,
    stale: shown !== undefined && (data === undefined || isPlaceholderData || isError),
    failed: isError,
    retry: () => void refetch(),
  }
}
