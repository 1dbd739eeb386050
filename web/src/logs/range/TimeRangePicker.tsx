/** The range all questions are about: presets, a custom range, and the zone times are shown in. */
import { Button, Popover, SegmentedControl, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { t } from '../../i18n'
import { zoneName } from '../../format/time'
import { Icon } from '../../ui/Icon'
import { useLogView } from '../LogView'
import { CustomRangeForm } from './CustomRangeForm'
import { formatSpan, presetName, PRESETS, resolveRange } from './range'
import classes from './TimeRangePicker.module.css'

export function TimeRangePicker() {
  const { state, zone, setZone, ask } = useLogView()
  const [opened, { toggle, close }] = useDisclosure(false)
  const span = resolveRange(state.from, state.to)
  const name = presetName(state.from, state.to)
  const absolute = formatSpan(span, zone)

  return (
    <Popover
      opened={opened}
      onChange={(open) => !open && close()}
      position="bottom-start"
      trapFocus
    >
      <Popover.Target>
        <Button
          className={classes.button ?? ''}
          variant="default"
          size="sm"
          h={34}
          px={10}
          leftSection={<Icon name="clock" size={15} />}
          rightSection={<Icon name="down" size={14} />}
          aria-label={t.range.label(name ?? absolute)}
          onClick={toggle}
        >
          {name !== undefined && <span className={classes.name}>{name}</span>}
          <span className={name === undefined ? classes.name : classes.absolute}>{absolute}</span>
          <span className={classes.zone}>{zoneName(span.to, zone)}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''} aria-label={t.range.custom}>
        <ul className={classes.presets}>
          {PRESETS.map((preset) => (
            <li key={preset}>
              <UnstyledButton
                className={classes.preset ?? ''}
                data-chosen={(state.to === undefined && state.from === preset) || undefined}
                onClick={() => {
                  ask({ from: preset, to: undefined, live: false })
                  close()
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
              close()
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
      </Popover.Dropdown>
    </Popover>
  )
}
