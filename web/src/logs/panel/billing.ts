/** The billing items of a call, and whether they add up to what it cost. */
import type { Json, LogEvent } from '../../api/types'

export interface BillingItem {
  item: string
  quantity: number
  unitPrice: number | undefined
  amount: number
}

export interface Billing {
  items: BillingItem[]
  sum: number
  /** The cost the event states, when it is not the sum of its items. */
  differing: number | undefined
}

/** Half a nano-dollar: the exactness of costs; smaller differences come from decimal fractions. */
const EXACTNESS = 5e-10

export function billingOf(event: LogEvent): Billing | undefined {
  const raw = event['billing_items']
  if (!Array.isArray(raw)) return undefined
  const items = raw.flatMap(readItem)
  if (items.length === 0) return undefined
  const sum = items.reduce((total, item) => total + item.amount, 0)
  const cost = event['cost']
  const differs = typeof cost === 'number' && Math.abs(cost - sum) > EXACTNESS
  return { items, sum, differing: differs ? cost : undefined }
}

function readItem(raw: Json): BillingItem[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return []
  const { item, quantity, unit_price: unitPrice, amount } = raw
  if (typeof item !== 'string' || typeof quantity !== 'number' || typeof amount !== 'number') {
    return []
  }
  return [
    { item, quantity, amount, unitPrice: typeof unitPrice === 'number' ? unitPrice : undefined },
  ]
}
