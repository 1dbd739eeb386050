/** Every field that has a value, in the sections the catalogue names. */
import type { Field, LogEvent } from '../../api/types'
import { grouped } from '../../catalogue/catalogue'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { BillingItems } from './BillingItems'
import { FieldValue } from './FieldValue'
import { Tokens } from './Tokens'
import { billingOf } from './billing'
import { TOKEN_FIELDS, tokensOf } from './tokens'
import panel from './EventPanel.module.css'
import classes from './FieldGroups.module.css'

const BILLING = 'usage_billing'

/** These have a section of their own. */
const ELSEWHERE = new Set([
  ...TOKEN_FIELDS,
  'changes',
  'billing_items',
  'request',
  'response',
  'error',
  'message',
])

export function FieldGroups({ event }: { event: LogEvent }) {
  const { fields } = useLogView()
  const present = fields.fields.filter((field) => isShown(field, event))
  const extra = Object.keys(event).filter((name) => !fields.byName.has(name) && name !== 'stream')
  const unknown = extra.map((name) => plainField(name)).filter((field) => isShown(field, event))
  return (
    <>
      {groupsOf([...present, ...unknown], event).map(([group, members]) => (
        <section key={group} className={panel.section}>
          <h3>{t.panel.groups[group] ?? t.panel.otherFields}</h3>
          <dl className={classes.fields}>
            {members.map((field) => (
              <div key={field.name} className={classes.field}>
                <dt>{field.label}</dt>
                <dd>
                  <FieldValue field={field} value={event[field.name] ?? null} />
                </dd>
              </div>
            ))}
          </dl>
          {group === BILLING && (
            <>
              <Tokens event={event} />
              <BillingItems event={event} />
            </>
          )}
        </section>
      ))}
    </>
  )
}

/** Tokens and billing items have tables of their own, for which there may be no other field. */
function groupsOf(fields: Field[], event: LogEvent): [group: string, fields: Field[]][] {
  const groups = grouped(fields)
  const isBilled = tokensOf(event).length > 0 || billingOf(event) !== undefined
  const isThere = groups.some(([group]) => group === BILLING)
  return isBilled && !isThere ? [...groups, [BILLING, []]] : groups
}

function isShown(field: Field, event: LogEvent): boolean {
  const value = event[field.name]
  if (value === undefined || value === null || value === '') return false
  if (ELSEWHERE.has(field.name) || field.type === 'payload') return false
  return !(typeof value === 'object' && Object.keys(value).length === 0)
}

/** A newer server may send fields that this page's catalogue does not have yet. */
function plainField(name: string): Field {
  return {
    name,
    label: name,
    type: 'text',
    filter: false,
    sort: false,
    search: false,
    column: false,
    group: 'other',
    operators: [],
  }
}
