/** Presets, a custom range, and the zone times are shown in. */
import { SegmentedControl, UnstyledButton } from '@mantine/core'
import { t } from '../../i18n'
import { useLogView } from '../LogView'
import { CustomRangeForm } from './CustomRangeForm'
import { PRESETS, resolveRange } from './range'
import classes from './TimeRangePicker.module.css'

export default function RangeMenu({ onDone }: { onDone: () => void }) {
  const { state, zone, setZone, ask } = useLogView()
  const span = resolveRange(state.from, state.to)
  return (
    <div className={classes.menu}>
      <ul className={classes.presets}>
        {PRESETS.map((preset) => (
          <li key={preset}>
            <UnstyledButton
              className={classes.preset ?? ''}
              data-chosen={
                (!state.live && state.to === undefined && state.from === preset) || undefined
              }
              onClick={() => {
                ask({ from: preset, to: undefined, live: false })
                onDone()
              }}
            >
              {t.range.presets[preset]}
            </UnstyledButton>
          </li>
        ))}
      </ul>
      <div className={classes.custom}>
        <CustomRangeForm
          key={`${state.from} ${state.to ?? ''} ${zone}`}
          span={span}
          zone={zone}
          onApply={(range) => {
            ask({ from: range.from.toISOString(), to: range.to.toISOString(), live: false })
            onDone()
          }}
        />
        <div className={classes.zoneChoice}>
          <span>{t.range.zone}</span>
          <SegmentedControl
            size="xs"
            aria-label={t.range.zone}
            value={zone}
            onChange={setZone}
            data={[
              { value: 'utc', label: t.range.utc },
              { value: 'local', label: t.range.local },
            ]}
          />
        </div>
      </div>
    </div>
  )
}
