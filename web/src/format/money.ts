/** Money in US dollars: up to six decimals, never rounded to nothing. */
import { formatNumber } from './number'

const SMALLEST = 0.000001

/** Six decimals, always, so that the digits of a column stand below each other. */
export function formatMoney(usd: number): string {
  const sign = usd < 0 ? '\u2212' : ''
  const amount = Math.abs(usd)
  if (amount > 0 && amount < SMALLEST / 2) return `${sign}<$0.000001`
  const [whole = '0', fraction = '000000'] = amount.toFixed(6).split('.')
  return `${sign}$${formatNumber(Number(whole))}.${fraction}`
}

/** A price per unit: tiny prices are told per million, as price lists do. */
export function formatUnitPrice(usd: number): string {
  if (usd !== 0 && Math.abs(usd) < 0.001) {
    return `$${trimZeros((usd * 1e6).toFixed(6))} / 1M`
  }
  return `$${trimZeros(usd.toFixed(6))}`
}

function trimZeros(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.')
  const kept = fraction.replace(/0+$/, '')
  return `${whole}.${kept.padEnd(2, '0')}`
}
