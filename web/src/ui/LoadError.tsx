/** Something could not be loaded: what is wrong, and the way to try again. */
import { Button } from '@mantine/core'
import { t } from '../i18n'
import { describeError } from './describeError'
import { Message } from './Message'

interface LoadErrorProps {
  title: string
  error: Error
  onRetry: () => void
}

export function LoadError({ title, error, onRetry }: LoadErrorProps) {
  return (
    <Message icon="alert" title={title} text={describeError(error)}>
      <Button size="xs" onClick={onRetry}>
        {t.errors.retry}
      </Button>
    </Message>
  )
}
