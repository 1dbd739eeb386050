/** A message in place: what is the matter, and what to do about it. */
import { Icon } from './Icon'
import classes from './Notice.module.css'

interface NoticeProps {
  tone: 'bad' | 'info'
  title?: string
  children: React.ReactNode
}

export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div className={classes.notice} data-tone={tone} role={tone === 'bad' ? 'alert' : 'note'}>
      <Icon name="alert" />
      <div>
        {title !== undefined && <strong>{title}</strong>}
        <div>{children}</div>
      </div>
    </div>
  )
}
