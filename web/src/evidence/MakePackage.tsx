/** The button that makes an evidence package, and how the package is checked once it is there. */
import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { evidenceApi, keyQuery } from '../api/evidenceApi'
import { evidenceTexts } from '../i18n/evidence'
import { CommandBlock } from '../ui/CommandBlock'
import { describeError } from '../ui/describeError'
import { Notice } from '../ui/Notice'

interface MakePackageProps {
  period: URLSearchParams | undefined
}

export function MakePackage({ period }: MakePackageProps) {
  const texts = evidenceTexts().evidence
  const key = useQuery(keyQuery)
  const make = useMutation({ mutationFn: evidenceApi.evidence, onSuccess: save })
  return (
    <>
      {make.error && <Notice tone="bad">{describeError(make.error)}</Notice>}
      <Button
        size="xs"
        loading={make.isPending}
        disabled={period === undefined}
        onClick={() => period && make.mutate(period)}
      >
        {texts.make}
      </Button>
      {make.data && (
        <CommandBlock
          title={texts.check}
          command={`daybook verify ${make.data.name} --key '${key.data ?? 'KEY'}'`}
        />
      )}
    </>
  )
}

function save({ name, file }: { name: string; file: Blob }): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
