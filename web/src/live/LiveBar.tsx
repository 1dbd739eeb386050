/** The state of a live list: how fast events come, what waits, what was not shown. Pauses it. */
import { Button } from '@mantine/core'
import { formatNumber } from '../format/number'
import { t } from '../i18n'
import { describeError } from '../ui/describeError'
import { Icon } from '../ui/Icon'
import { LiveTotal } from './LiveTotal'
import { readableRate } from './rate'
import type { Tail } from './useTail'
import classes from './LiveBar.module.css'

export function LiveBar({ tail }: { tail: Tail }) {
  const { link, error, paused, rate, passed, missed, gaps, shown, still } = tail
  const waiting = tail.waiting.length + tail.caughtUp.length
  return (
    <div className={classes.bar}>
      <Button
        variant="default"
        size="compact-sm"
        h={28}
        w={104}
        leftSection={<Icon name={paused ? 'play' : 'pause'} size={13} />}
        aria-pressed={paused}
        onClick={() => tail.setPaused(!paused)}
      >
        {paused ? t.live.resume : t.live.pause}
      </Button>
      <span className={classes.state} role="status">
        <span className={classes.dot} data-link={link} />
        {still && link === 'following' ? t.live.still : t.live[link]}
      </span>
      {link !== 'refused' && error && <span>{describeError(error)}</span>}
      <span className={classes.rate}>{t.live.rate(formatNumber(readableRate(rate)))}</span>
      {waiting > 0 && <span>{t.live.waiting(formatNumber(waiting))}</span>}
      {passed > 0 && <span title={t.live.passedHint}>{t.live.passed(formatNumber(passed))}</span>}
      {missed > 0 && <span title={t.live.missedHint}>{t.live.missed(formatNumber(missed))}</span>}
      {gaps && <span title={t.live.missedHint}>{t.live.gaps}</span>}
      <output>{t.live.shown(formatNumber(shown.length))}</output>
      <Button variant="subtle" color="gray" size="compact-sm" onClick={tail.clear}>
        {t.live.clear}
      </Button>
      <LiveTotal />
    </div>
  )
}
