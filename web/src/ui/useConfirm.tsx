/** Asks before something that cannot be undone; the question names the thing. */
import { Button, Group, Modal, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { t } from '../i18n'
import { describeError } from './describeError'
import { Notice } from './Notice'

export interface Question {
  title: string
  text: React.ReactNode
  /** What the button does: a verb, not `OK`. */
  action: string
  run: () => Promise<unknown>
}

/** The dialog to render, and the way to open it. It stays open, with the reason, when it fails. */
export function useConfirm(): { dialog: React.ReactNode; ask: (question: Question) => void } {
  const [question, setQuestion] = useState<Question>()
  const [opened, setOpened] = useState(false)
  const mutation = useMutation({
    mutationFn: (run: Question['run']) => run(),
    onSuccess: () => setOpened(false),
  })
  const ask = (next: Question) => {
    mutation.reset()
    setQuestion(next)
    setOpened(true)
  }
  const dialog = (
    <Modal
      opened={opened}
      onClose={() => setOpened(false)}
      title={question?.title}
      centered
      closeButtonProps={{ 'aria-label': t.ask.close }}
    >
      <Stack gap={16}>
        <div style={{ overflowWrap: 'anywhere' }}>{question?.text}</div>
        {mutation.error && <Notice tone="bad">{describeError(mutation.error)}</Notice>}
        <Group gap={8} justify="flex-end">
          <Button variant="default" onClick={() => setOpened(false)} data-autofocus>
            {t.ask.cancel}
          </Button>
          <Button
            color="danger"
            loading={mutation.isPending}
            onClick={() => question && mutation.mutate(question.run)}
          >
            {question?.action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
  return { dialog, ask }
}
