/** How the cost comes about: quantity × unit price = amount. */
import type { LogEvent } from '../../api/types'
import { formatMoney, formatUnitPrice, moneyDecimals } from '../../format/money'
import { formatNumber } from '../../format/number'
import { formatEnum } from '../../format/value'
import { t } from '../../i18n'
import { EventText } from '../../ui/EventText'
import { billingOf } from './billing'
import classes from './EventPanel.module.css'

export function BillingItems({ event }: { event: LogEvent }) {
  const billing = billingOf(event)
  if (!billing) return null
  const { items, sum, differing } = billing
  // What is added up on the screen must add up there.
  const decimals = moneyDecimals([...items.map(({ amount }) => amount), sum, differing ?? 0])
  const money = (usd: number) => formatMoney(usd, decimals)
  return (
    <>
      <table
        className={`${classes.table ?? ''} ${classes.below ?? ''}`}
        aria-label={t.panel.billing}
      >
        <thead>
          <tr>
            <th scope="col">{t.panel.billing}</th>
            <th scope="col" data-right>
              {t.panel.quantity}
            </th>
            <th scope="col" data-right>
              {t.panel.unitPrice}
            </th>
            <th scope="col" data-right>
              {t.panel.amount}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <tr key={`${item.item} ${index}`}>
              <td>
                <EventText value={formatEnum(item.item)} />
              </td>
              <td data-right>{formatNumber(item.quantity)}</td>
              <td data-right>
                {item.unitPrice === undefined
                  ? t.values.none
                  : `× ${formatUnitPrice(item.unitPrice)}`}
              </td>
              <td data-right>= {money(item.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={3}>{t.panel.sum}</td>
            <td data-right>{money(sum)}</td>
          </tr>
        </tfoot>
      </table>
      {differing !== undefined && (
        <p className={classes.note}>{t.panel.sumDiffers(money(differing))}</p>
      )}
    </>
  )
}
