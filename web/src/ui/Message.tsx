/** A calm message in the middle of the list. */
import { Icon, type IconName } from './Icon'
import classes from './Message.module.css'

interface MessageProps {
  icon?: IconName
  title: string
  text: string
  children?: React.ReactNode
}

export function Message({ icon = 'search', title, text, children }: MessageProps) {
  return (
    <div className={classes.message}>
      <span className={classes.icon}>
        <Icon name={icon} size={20} />
      </span>
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </div>
  )
}
