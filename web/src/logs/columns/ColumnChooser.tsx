/** Which columns the table has, in which order, and how dense its rows are. */
import { Button } from '@mantine/core'
import { t } from '../../i18n'
import { AddColumn } from './AddColumn'
import { ChosenColumns } from './ChosenColumns'
import DensityChoice from './DensityChoice'
import { useColumns } from './useColumns'
import classes from './ColumnChooser.module.css'

export default function ColumnChooser() {
  const { names, chosen, choose } = useColumns()
  return (
    <div className={classes.chooser}>
      <header className={classes.head}>
        <h2>{t.columnChooser.title}</h2>
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={!chosen}
          onClick={() => choose(undefined)}
        >
          {t.columnChooser.reset}
        </Button>
      </header>
      <ChosenColumns names={names} onChange={choose} />
      <AddColumn names={names} onAdd={(name) => choose([...names, name])} />
      <DensityChoice />
    </div>
  )
}
