/** All tools of a list by name, where there is no room for a button each; what one opens takes its place. */
import { UnstyledButton } from '@mantine/core'
import { Suspense, useRef, useState, useTransition } from 'react'
import { Icon, type IconName } from '../../ui/Icon'
import type { Tool } from './LogTools'
import classes from './ToolMenu.module.css'

interface ToolListProps {
  tools: Tool[]
  onDone: () => void
}

export default function ToolList({ tools, onDone }: ToolListProps) {
  const [chosen, setChosen] = useState<IconName>()
  const [, startTransition] = useTransition()
  const list = useRef<HTMLDivElement>(null)
  const choose = (icon: IconName) => {
    // What had the focus goes away; without one the keyboard would not reach the tool.
    list.current?.focus()
    startTransition(() => setChosen(icon))
  }
  const tool = tools.find(({ icon }) => icon === chosen)
  return (
    <div ref={list} className={classes.list} tabIndex={-1}>
      {tool ? (
        <Suspense>{tool.show(onDone)}</Suspense>
      ) : (
        <ul>
          {tools.map(({ icon, label, marked }) => (
            <li key={icon}>
              <UnstyledButton
                className={classes.tool ?? ''}
                data-marked={marked || undefined}
                onClick={() => choose(icon)}
              >
                <Icon name={icon} size={14} />
                {label}
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
