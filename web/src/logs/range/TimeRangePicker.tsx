/** The range all questions are about, in words and in figures; pressing it opens the choice. */
import { Button } from '@mantine/core'
import { lazy } from 'react'
import { part } from '../../api/parts'
import { t } from '../../i18n'
import { zoneName } from '../../format/time'
import { Drop, useDrop } from '../../ui/Drop'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { formatSpan, presetName, resolveRange } from './range'
import classes from './TimeRangePicker.module.css'

const RangeMenu = lazy(part(() => import('./RangeMenu')))

export function TimeRangePicker() {
  const { state, zone } = useLogView()
  const { drop, target } = useDrop()
  const span = resolveRange(state.from, state.to)
  // A live list begins now; choosing a range ends it.
  const name = state.live ? t.range.fromNow : presetName(state.from, state.to)
  const absolute = formatSpan(span, zone)

  return (
    <>
      <Button
        {...target}
        className={classes.button ?? ''}
        variant="default"
        size="sm"
        h={34}
        px={10}
        leftSection={<Icon name="clock" size={15} />}
        rightSection={<Icon name="down" size={14} />}
        aria-label={t.range.label(name ?? absolute)}
        // Beside an open event there is room for the name alone.
        data-hint={state.live ? undefined : absolute}
      >
        {name !== undefined && <span className={classes.name}>{name}</span>}
        {!state.live && (
          <span className={name === undefined ? classes.name : classes.absolute}>{absolute}</span>
        )}
        <span className={classes.zone}>{zoneName(span.to, zone)}</span>
      </Button>
      <Drop drop={drop} label={t.range.custom} position="bottom-start">
        <RangeMenu onDone={() => drop.setOpened(false)} />
      </Drop>
    </>
  )
}
