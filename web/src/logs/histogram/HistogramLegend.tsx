/** What the colours mean, how many there are, and the way back out of a zoom. */
import { ActionIcon, UnstyledButton } from '@mantine/core'
import type { Histogram } from '../../api/types'
import { describeFilterValue } from '../../catalogue/operators'
import { visibleText } from '../../format/text'
import { formatNumber } from '../../format/number'
import { formatEnum } from '../../format/value'
import { t } from '../../i18n'
import { Icon } from '../../ui/Icon'
import { toneOf } from '../../ui/StatusChip'
import { useLogView } from '../LogView'
import { Thresholds } from '../filters/Thresholds'
import { onlyValue, withoutValue } from '../filters/valueFilters'
import { resolveRange, zoomOut } from '../range/range'
import { intervalName, seriesOf } from './layout'
import classes from './Histogram.module.css'

export function HistogramLegend({ histogram }: { histogram: Histogram | undefined }) {
  const { fields, state, ask } = useLogView()
  if (!histogram) return <div className={classes.legend} />
  const field = fields.byName.get(histogram.by)
  const zoom = () => {
    const span = zoomOut(resolveRange(state.from, state.to))
    ask({ from: span.from.toISOString(), to: span.to.toISOString() })
  }
  return (
    <div className={classes.legend}>
      <div className={classes.names}>
        {seriesOf(histogram).map(([value, total]) => (
          <UnstyledButton
            key={value}
            className={classes.series ?? ''}
            disabled={value === ''}
            title={t.values.filter(describeFilterValue(field, value))}
            onClick={(click) => {
              const filtered = click.altKey ? withoutValue : onlyValue
              ask({ filters: filtered(state.filters, histogram.by, value) })
            }}
          >
            <span className={classes.swatch} data-tone={toneOf(value)} />
            {value === '' ? t.histogram.other : formatEnum(visibleText(value))}
            <b>{formatNumber(total)}</b>
          </UnstyledButton>
        ))}
        {field && <Thresholds field={field} className={classes.threshold} />}
      </div>
      <span className={classes.per}>{t.histogram.per(intervalName(histogram.interval_ms))}</span>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        aria-label={t.range.zoomedOut}
        data-hint={t.range.zoomedOut}
        onClick={zoom}
      >
        <Icon name="zoomOut" size={14} />
      </ActionIcon>
    </div>
  )
}
