/** The list could not be loaded: what is wrong, and the step that puts it right. */
import { Button, Group } from '@mantine/core'
import { ApiError } from '../../api/errors'
import { labelOf } from '../../catalogue/catalogue'
import { t } from '../../i18n'
import { describeError } from '../../ui/describeError'
import { useLogView } from '../LogView'
import { DEFAULT_FROM, DEFAULT_SORT } from '../logState'
import { Message } from '../../ui/Message'

export function ListError({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { fields, state, ask } = useLogView()
  const status = error instanceof ApiError ? error.status : undefined
  const field = error instanceof ApiError ? error.field?.split('.')[0] : undefined
  const filtered = state.filters.some((filter) => filter.field === field)
  const reset = () =>
    ask({ from: DEFAULT_FROM, to: undefined, q: '', filters: [], sort: DEFAULT_SORT })

  return (
    <Message
      icon="alert"
      title={
        status === 400 ? t.errors.badQuery : status === 403 ? t.errors.forbidden : t.errors.title
      }
      text={status === 403 ? t.errors.forbiddenHint : describeError(error)}
    >
      <Group gap={8} justify="center">
        {status === 400 && filtered && field !== undefined && (
          <Button
            size="xs"
            onClick={() =>
              ask({ filters: state.filters.filter((filter) => filter.field !== field) })
            }
          >
            {t.errors.removeFilter(labelOf(fields, field))}
          </Button>
        )}
        {status === 400 && (
          <Button size="xs" variant="default" onClick={reset}>
            {t.errors.reset}
          </Button>
        )}
        {status !== 400 && status !== 403 && (
          <Button size="xs" onClick={onRetry}>
            {t.errors.retry}
          </Button>
        )}
      </Group>
    </Message>
  )
}
