/** A command to run, with a button that copies it. */
import { CopyButton } from './CopyButton'
import { t } from '../i18n'
import classes from './CommandBlock.module.css'

export function CommandBlock({ title, command }: { title: string; command: string }) {
  return (
    <figure className={classes.block}>
      <figcaption>{title}</figcaption>
      <div className={classes.body}>
        <pre tabIndex={0}>{command}</pre>
        <CopyButton text={command} label={t.empty.copy} />
      </div>
    </figure>
  )
}
