/** Parts of the axis whose events are not fetched: hatched, so that they do not read as times without any. */
import { formatNumber } from '../format/number'
import { t } from '../i18n'
import type { Zone } from './lanes'
import classes from './Timeline.module.css'

/** There is one drawing on a page. */
const HATCHING = 'timeline-hatching'
/** What a character of the text takes, rather too much. */
const CHARACTER_PX = 7

interface UnloadedZonesProps {
  zones: Zone[]
  height: number
  /** Where their texts stand. */
  line: number
}

/** The list has the same as buttons, for keyboards. */
export function UnloadedZones({ zones, height, line }: UnloadedZonesProps) {
  if (zones.length === 0) return null
  return (
    <>
      <pattern id={HATCHING} width={7} height={7} patternUnits="userSpaceOnUse">
        <path className={classes.hatch} d="M0 7 7 0M-1 1 1-1M6 8 8 6" />
      </pattern>
      {zones.map(({ beyond, x, width }) => {
        const text = t.timeline.further(formatNumber(beyond.count))
        return (
          <g
            key={x}
            className={classes.unloaded}
            onClick={beyond.fetching ? undefined : beyond.more}
          >
            <title>{`${text}. ${t.timeline.more}`}</title>
            <rect x={x} width={width} height={height} fill={`url(#${HATCHING})`} />
            {width > text.length * CHARACTER_PX && (
              <text x={x + width / 2} y={line + 4} textAnchor="middle">
                {text}
              </text>
            )}
          </g>
        )
      })}
    </>
  )
}
