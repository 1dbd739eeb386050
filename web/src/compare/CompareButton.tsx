/** Marks an event to compare it, and with a mark on another one leads to both side by side. */
import { ActionIcon } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { Stream } from '../api/types'
import { t } from '../i18n'
import { Icon } from '../ui/Icon'
import { useCompareMark } from './compareMark'

export function CompareButton({ stream, id }: { stream: Stream; id: string }) {
  const [mark, setMark] = useCompareMark()
  const navigate = useNavigate()
  const own = `${stream}/${id}`
  const isMarked = mark === own
  const label = isMarked ? t.compare.unmark : mark === '' ? t.compare.mark : t.compare.withMarked
  const press = () => {
    if (isMarked || mark === '') {
      setMark(isMarked ? '' : own)
      return
    }
    setMark('')
    void navigate({ to: '/compare', search: { a: mark, b: own } })
  }
  return (
    <ActionIcon
      variant={mark === '' ? 'subtle' : 'light'}
      color={mark === '' ? 'gray' : 'ink'}
      size={28}
      aria-label={label}
      data-hint={label}
      aria-pressed={isMarked}
      onClick={press}
    >
      <Icon name="compare" />
    </ActionIcon>
  )
}
