/** A command or another text to use elsewhere, with a button that copies it. */
import { CopyButton } from './CopyButton'
import { t } from '../i18n'
import classes from './CommandBlock.module.css'

interface CommandBlockProps {
  title: string
  command: string
  /** What is copied, when it is no command. */
  copyLabel?: string
  /** Breaks long lines instead of scrolling them. */
  wrap?: boolean
}

export function CommandBlock({ title, command, copyLabel, wrap }: CommandBlockProps) {
  const label = copyLabel === undefined ? t.empty.copy : `${t.ask.copy}: ${copyLabel}`
  return (
    <figure className={classes.block} data-wrap={wrap || undefined}>
      <figcaption>{title}</figcaption>
      <div className={classes.body}>
        <pre tabIndex={0}>{command}</pre>
        <CopyButton text={command} label={label} />
      </div>
    </figure>
  )
}
