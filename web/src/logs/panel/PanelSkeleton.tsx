/** The panel while its event is on its way. */
import { Skeleton } from '@mantine/core'
import classes from './PanelSkeleton.module.css'

export function PanelSkeleton({ bodyOnly = false }: { bodyOnly?: boolean }) {
  return (
    <div className={classes.skeleton} aria-hidden>
      {!bodyOnly && <Skeleton height={28} width="60%" />}
      {[64, 48, 72, 40, 56, 66, 44].map((width) => (
        <div key={width} className={classes.line}>
          <Skeleton height={10} width={96} />
          <Skeleton height={10} width={`${width}%`} />
        </div>
      ))}
    </div>
  )
}
