/** Verifies on the server, also against checkpoints that somebody has kept, and shows what came out. */
import { Button, FileButton, Group, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { evidenceApi, verificationQuery } from '../api/evidenceApi'
import type { Verification } from '../api/types'
import { formatNumber } from '../format/number'
import { evidenceTexts } from '../i18n/evidence'
import { CommandBlock } from '../ui/CommandBlock'
import { describeError } from '../ui/describeError'
import { useAction } from '../ui/forms'
import { Notice } from '../ui/Notice'
import { Section } from '../ui/Page'
import { StatusChip, type Tone } from '../ui/StatusChip'
import { When } from '../ui/When'
import { splitNotes } from './notes'
import classes from './VerifyPage.module.css'

export function VerifySection() {
  const texts = evidenceTexts().verify
  const [kept, setKept] = useState('')
  const { data } = useQuery(verificationQuery)
  const start = useAction(evidenceApi.verify, { renews: [verificationQuery.queryKey] })
  const isRunning = data != null && data.finished_at == null
  const add = async (files: File[]) => {
    const notes = await Promise.all(files.map((file) => file.text()))
    setKept([kept, ...notes].filter((note) => note !== '').join('\n'))
  }
  return (
    <Section id="verify-here" title={texts.here} lead={texts.hereLead}>
      <Textarea
        label={texts.kept}
        description={texts.keptHint}
        value={kept}
        onChange={(event) => setKept(event.currentTarget.value)}
        minRows={3}
        autosize
        maxRows={12}
        classNames={{ input: classes.note ?? '' }}
      />
      <Group gap={8} my={10}>
        <Button
          loading={isRunning || start.isPending}
          onClick={() => start.mutate(splitNotes(kept))}
        >
          {texts.start}
        </Button>
        <FileButton multiple onChange={(files) => void add(files)}>
          {(props) => (
            <Button variant="default" {...props}>
              {texts.files}
            </Button>
          )}
        </FileButton>
      </Group>
      {start.error && <Notice tone="bad">{describeError(start.error)}</Notice>}
      {data && <Result verification={data} />}
    </Section>
  )
}

const TONES: Record<NonNullable<Verification['result']>, Tone> = {
  pass: 'ok',
  fail: 'bad',
  unchecked: 'warn',
}

function Result({ verification }: { verification: Verification }) {
  const texts = evidenceTexts().verify
  const { result, line, events, tree_size: size, finished_at: at, by } = verification
  if (result == null || line == null || at == null) {
    return (
      <p role="status">
        <progress className={classes.progress} value={events} max={Math.max(size, 1)} />{' '}
        {texts.running(formatNumber(events), formatNumber(size))}
      </p>
    )
  }
  return (
    <>
      <p role="status" className={classes.result}>
        <StatusChip tone={TONES[result]}>{texts.results[result]}</StatusChip>
        <When time={at} />
        <span>{texts.by(by)}</span>
      </p>
      <CommandBlock title={texts.quote} command={line} copyLabel={texts.quote} wrap />
    </>
  )
}
