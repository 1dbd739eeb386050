/** Cells that put fields together which are read together. */
import type { LogEvent } from '../../api/types'
import { visibleText } from '../../format/text'
import { formatEnum } from '../../format/value'
import { t } from '../../i18n'
import { AddressText } from '../../ui/AddressText'
import { EventText } from '../../ui/EventText'
import { Icon, type IconName } from '../../ui/Icon'
import { changesOf, isAttempted, shortJson } from '../panel/changes'
import { titleOf } from '../presentation'
import { Absent } from './Cell'
import classes from './Cell.module.css'

/** More is better read in the details. */
const HINT_MAX = 300

interface PairProps {
  icon?: IconName
  main: string | undefined
  side?: React.ReactNode
  title?: string | undefined
}

function Pair({ icon, main, side, title }: PairProps) {
  if (main === undefined) return <Absent />
  return (
    <span className={classes.pair} title={title && `${visibleText(main)} · ${title}`}>
      <span className={classes.main}>
        {icon && <Icon name={icon} size={14} />}
        <Part value={main} />
      </span>
      {side && <span className={classes.side}>{side}</span>}
    </span>
  )
}

/** One of several things a cell tells, which the pointer finds by its field; the main one has none. */
function Part({ field = '', value }: { field?: string; value: string }) {
  return (
    <span data-part={field}>
      {field === 'ip' ? <AddressText value={value} /> : <EventText value={value} line />}
    </span>
  )
}

/** The part of the first of these fields that the event has. */
function partOf(event: LogEvent, ...names: string[]): React.ReactNode {
  const field = names.find((name) => text(event, name) !== undefined)
  return field !== undefined && <Part field={field} value={text(event, field) ?? ''} />
}

/** Who sent it: a person, or a key that stands for one. */
export function UserCell({ event }: { event: LogEvent }) {
  const name = text(event, 'user_name') ?? text(event, 'user_id')
  const key = text(event, 'api_key_name') ?? text(event, 'api_key_id')
  if (key === undefined) return <Pair main={name} />
  return <Pair icon="key" main={key} side={partOf(event, 'user_name', 'user_id')} />
}

export function ActorCell({ event }: { event: LogEvent }) {
  const type = text(event, 'actor_type')
  const name = text(event, 'actor_name') ?? text(event, 'actor_id') ?? type
  const address = text(event, 'ip')
  return (
    <Pair
      icon={actorIcon(type)}
      main={name}
      side={partOf(event, 'ip')}
      title={joined([type && formatEnum(type), text(event, 'actor_id'), address])}
    />
  )
}

export function ResourceCell({ event }: { event: LogEvent }) {
  const name = text(event, 'resource_name') ?? text(event, 'resource_id')
  const type = text(event, 'resource_type')
  const kind = type && formatEnum(type)
  const parent = partOf(event, 'parent_name', 'parent_id')
  const side = (
    <>
      {name !== undefined && kind && <Part field="resource_type" value={kind} />}
      {parent && <span className={classes.parent}> ({parent})</span>}
    </>
  )
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
  return <Pair main={titleOf('usage', event)} side={partOf(event, 'content')} />
}

export function ChangesCell({ event }: { event: LogEvent }) {
  const changes = changesOf(event)
  const first = changes[0]
  if (!first) return <Absent />
  const [before, after] = [shortJson(first.old), shortJson(first.new)]
  const attempted = isAttempted(event)
  const hint = `${t.panel.attempted}: ${first.field}: ${before} → ${after}`
  return (
    <span
      className={classes.change}
      data-attempted={attempted || undefined}
      data-hint={attempted ? visibleText(hint.slice(0, HINT_MAX)) : undefined}
    >
      <EventText value={first.field} line /> <EventText value={before} line /> →{' '}
      <ins>
        <EventText value={after} line />
      </ins>
      {changes.length > 1 && (
        <span className={classes.more}>{t.values.moreChanges(changes.length - 1)}</span>
      )}
    </span>
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
