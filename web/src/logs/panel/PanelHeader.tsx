/** What it is, when it was in both zones, the way to its neighbours, and ways to take it along. */
import { ActionIcon } from '@mantine/core'
import type { LogEvent } from '../../api/types'
import { formatFull, formatRelative } from '../../format/time'
import { formatEnum } from '../../format/value'
import { CompareButton } from '../../compare/CompareButton'
import { t } from '../../i18n'
import { TimelineButton } from '../../timeline/TimelineButton'
import type { EventKey } from '../../timeline/timelineState'
import { EventText } from '../../ui/EventText'
import { Icon, type IconName } from '../../ui/Icon'
import { StatusChip, toneOf } from '../../ui/StatusChip'
import { useLogView } from '../LogView'
import { stateFieldOf, stateOf, titleOf } from '../presentation'
import { EventCopies } from './EventCopies'
import { FilterableValue } from './FilterableValue'
import { KeyFigures } from './KeyFigures'
import classes from './PanelHeader.module.css'

interface PanelHeaderProps {
  event: LogEvent | undefined
  of: EventKey
  canMove: (step: 1 | -1) => boolean
  onMove: (step: 1 | -1) => void
}

export function PanelHeader({ event, of, canMove, onMove }: PanelHeaderProps) {
  const { show } = useLogView()
  return (
    <header className={classes.header}>
      <div className={classes.bar}>
        <IconButton
          icon="left"
          label={t.panel.previous}
          disabled={!canMove(-1)}
          onClick={() => onMove(-1)}
        />
        <IconButton
          icon="right"
          label={t.panel.next}
          disabled={!canMove(1)}
          onClick={() => onMove(1)}
        />
        <span className={classes.gap} />
        <TimelineButton of={of} />
        <CompareButton of={of} />
        <span className={classes.rule} />
        <EventCopies of={of} event={event} />
        <span className={classes.rule} />
        <IconButton icon="close" label={t.panel.close} onClick={() => show({ open: undefined })} />
      </div>
      {event && <Headline event={event} />}
    </header>
  )
}

function Headline({ event }: { event: LogEvent }) {
  const { stream, fields } = useLogView()
  const date = new Date(event.time)
  const time = fields.byName.get('time')
  const state = stateOf(stream, event)
  const code = event['status_code']
  return (
    <>
      <h2 className={classes.title}>
        <EventText value={titleOf(stream, event)} />
        {state !== undefined && (
          <FilterableValue field={fields.byName.get(stateFieldOf(stream))} value={state}>
            <StatusChip tone={toneOf(state)}>
              {typeof code === 'number' ? `${code} ${formatEnum(state)}` : formatEnum(state)}
            </StatusChip>
          </FilterableValue>
        )}
      </h2>
      <p className={classes.times}>
        <FilterableValue field={time} value={event.time}>
          <time dateTime={event.time}>{formatFull(date, 'utc')}</time>
        </FilterableValue>
        {date.getTimezoneOffset() !== 0 && (
          <FilterableValue field={time} value={event.time}>
            {formatFull(date, 'local')}
          </FilterableValue>
        )}
        <span>{formatRelative(date)}</span>
      </p>
      {stream === 'usage' && <KeyFigures event={event} />}
    </>
  )
}

interface IconButtonProps {
  icon: IconName
  label: string
  disabled?: boolean
  onClick: () => void
}

function IconButton({ icon, label, disabled = false, onClick }: IconButtonProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={28}
      aria-label={label}
      data-hint={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </ActionIcon>
  )
}
