/** How dense the rows of every list are. */
import { SegmentedControl } from '@mantine/core'
import { t } from '../../i18n'
import { DENSITIES, useDensity } from './useDensity'
import classes from './ColumnChooser.module.css'

export default function DensityChoice() {
  const [density, setDensity] = useDensity()
  return (
    <div className={classes.density}>
      <span>{t.columnChooser.density}</span>
      <SegmentedControl
        size="xs"
        aria-label={t.columnChooser.density}
        value={density}
        onChange={(value) => setDensity(value)}
        data={DENSITIES.map((value) => ({ value, label: t.columnChooser.densities[value] }))}
      />
    </div>
  )
}
