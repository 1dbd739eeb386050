/** The address of a file of the filtered events. */
import type { StreamFields } from '../../catalogue/catalogue'
import { selectionParams, type LogState } from '../logState'

export type Format = 'csv' | 'jsonl'

export interface DownloadChoice {
  format: Format
  /** Which fields, in this order; undefined: all but the payloads. */
  columns: string[] | undefined
}

/** Fields of the stream that hold payloads; they come only when they are named. */
export function payloadFields({ fields }: StreamFields): string[] {
  return fields.filter(({ type }) => type === 'payload').map(({ name }) => name)
}

/** All fields of the file, payloads at the end, when they are wanted with the others. */
export function columnsFor(
  fields: StreamFields,
  shown: string[] | undefined,
  withPayloads: boolean,
): string[] | undefined {
  const payloads = payloadFields(fields)
  if (shown === undefined && !withPayloads) return undefined
  const all = fields.fields.map(({ name }) => name).filter((name) => !payloads.includes(name))
  return [...(shown ?? all), ...(withPayloads ? payloads : [])]
}

export function downloadAddress(
  stream: string,
  asked: LogState,
  { format, columns }: DownloadChoice,
): string {
  const params = selectionParams(asked)
  params.set('format', format)
  if (columns !== undefined) params.set('columns', columns.join(','))
  return `/api/v1/logs/${stream}/download?${params.toString()}`
}
