/** Cells that put fields together which are read together. */
import type { LogEvent } from '../../api/types'
import { formatEnum } from '../../format/value'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { Icon, type IconName } from '../../ui/Icon'
import { changesOf, shortJson } from '../panel/changes'
import { titleOf } from '../presentation'
import { Absent } from './Cell'
import classes from './Cell.module.css'

interface PairProps {
  icon?: IconName
  main: string | undefined
  side?: string | undefined
  title?: string | undefined
}

function Pair({ icon, main, side, title }: PairProps) {
  if (main === undefined) return <Absent />
  return (
    <span className={classes.pair} title={title}>
      {icon && <Icon name={icon} size={14} />}
      <EventText value={main} />
      {side !== undefined && (
        <span className={classes.side}>
          <EventText value={side} />
        </span>
      )}
    </span>
  )
}

/** Who sent it: a person, or a key that stands for one. */
export function UserCell({ event }: { event: LogEvent }) {
  const name = text(event, 'user_name') ?? text(event, 'user_id')
  const key = text(event, 'api_key_name') ?? text(event, 'api_key_id')
  if (key === undefined) return <Pair main={name} />
  return <Pair icon="key" main={key} side={name} />
}

export function ActorCell({ event }: { event: LogEvent }) {
  const type = text(event, 'actor_type')
  const name = text(event, 'actor_name') ?? text(event, 'actor_id') ?? type
  const address = text(event, 'ip')
  return (
    <Pair
      icon={actorIcon(type)}
      main={name}
      side={address}
      title={joined([type && formatEnum(type), text(event, 'actor_id'), address])}
    />
  )
}

export function ResourceCell({ event }: { event: LogEvent }) {
  const name = text(event, 'resource_name') ?? text(event, 'resource_id')
  const type = text(event, 'resource_type')
  const kind = type && formatEnum(type)
  const parent = text(event, 'parent_name') ?? text(event, 'parent_id')
  const side = parent === undefined ? kind : [kind, `(${parent})`].filter(Boolean).join(' ')
  return <Pair main={name ?? kind} side={side} title={joined([kind, text(event, 'resource_id')])} />
}

export function WorkspaceCell({ event }: { event: LogEvent }) {
  const id = text(event, 'workspace_id')
  return <Pair main={text(event, 'workspace_name') ?? id} title={id} />
}

/** The model, or what the event is when it is no call. */
export function KindCell({ event }: { event: LogEvent }) {
  const isCall = (text(event, 'kind') ?? 'call') === 'call'
  if (isCall) return <Pair main={text(event, 'platform_model') ?? text(event, 'upstream_model')} />
  return <Pair main={titleOf('usage', event)} side={text(event, 'content')} />
}

export function ChangesCell({ event }: { event: LogEvent }) {
  const changes = changesOf(event)
  const first = changes[0]
  if (!first) return <Absent />
  return (
    <>
      <span className={classes.change}>
        <EventText value={first.field} /> <EventText value={shortJson(first.old)} /> →{' '}
        <ins>
          <EventText value={shortJson(first.new)} />
        </ins>
      </span>
      {changes.length > 1 && (
        <span className={classes.more}>{t.values.moreChanges(changes.length - 1)}</span>
      )}
    </>
  )
}

function actorIcon(type: string | undefined): IconName {
  if (type === 'api_key') return 'key'
  return type === 'system' ? 'gear' : 'person'
}

function joined(parts: (string | undefined)[]): string | undefined {
  return parts.filter((part) => part !== undefined).join(' · ') || undefined
}

function text(event: LogEvent, name: string): string | undefined {
  const value = event[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
