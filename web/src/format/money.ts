/** Money in US dollars: six decimals in columns, every digit there is where amounts are checked. */
import { formatNumber, plainDigits } from './number'

const DECIMALS = 6
/** Costs are whole nano-dollars. */
const DECIMALS_MAX = 9

/** As many decimals each time, so that the digits of a column stand below each other. */
export function formatMoney(usd: number, decimals = DECIMALS): string {
  const amount = Math.abs(usd)
  const smallest = 10 ** -decimals
  if (amount > 0 && amount < smallest / 2) {
    return `${signOf(usd)}<$${smallest.toFixed(decimals)}`
  }
  const [whole, fraction] = rounded(amount, decimals)
  return `${signOf(usd)}$${formatNumber(Number(whole))}.${fraction}`
}

/** To the nano-dollar, where six decimals do not say it all. */
export function formatExactMoney(usd: number): string {
  return formatMoney(usd, moneyDecimals([usd]))
}

/** So many decimals tell all of these amounts exactly: six, up to nine. */
export function moneyDecimals(amounts: number[]): number {
  const needed = amounts.map((usd) => {
    const [, fraction] = rounded(Math.abs(usd), DECIMALS_MAX)
    return fraction.replace(/0+$/, '').length
  })
  return Math.max(DECIMALS, ...needed)
}

/** A price per unit: tiny prices are told per million, as price lists do. */
export function formatUnitPrice(usd: number): string {
  const price = Math.abs(usd)
  const isTiny = price !== 0 && price < 0.001
  const [whole, fraction] = isTiny ? rounded(price * 1e6, DECIMALS) : rounded(price, DECIMALS_MAX)
  const kept = fraction.replace(/0+$/, '').padEnd(2, '0')
  return `${signOf(usd)}$${whole}.${kept}${isTiny ? ' / 1M' : ''}`
}

/**
 * An amount before and after its point. It is rounded as the decimal text that it came as: the digits of
 * the binary number go on where that text ends.
 */
function rounded(amount: number, decimals: number): [whole: string, fraction: string] {
  const [whole = '0', fraction = ''] = plainDigits(amount).split('.')
  const kept = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
  const digits = String(Number(fraction[decimals] ?? 0) < 5 ? kept : kept + 1n)
  const padded = digits.padStart(decimals + 1, '0')
  return [padded.slice(0, -decimals), padded.slice(-decimals)]
}

function signOf(usd: number): string {
  return usd < 0 ? '\u2212' : ''
}
