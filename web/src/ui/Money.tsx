/** An amount in as many decimals as every other one in its column; those it has beyond, in its title. */
import { formatExactMoney, formatMoney } from '../format/money'

export function Money({ usd }: { usd: number }) {
  const [shown, exact] = [formatMoney(usd), formatExactMoney(usd)]
  return <span title={exact === shown ? undefined : exact}>{shown}</span>
}
