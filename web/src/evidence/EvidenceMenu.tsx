/** An evidence package of the time range of a view of the audit log. */
import { Stack } from '@mantine/core'
import { evidenceTexts } from '../i18n/evidence'
import { useLogView } from '../logs/LogView'
import { rangeParams } from '../logs/logState'
import classes from '../logs/download/DownloadMenu.module.css'
import { MakePackage } from './MakePackage'

export default function EvidenceMenu() {
  const { asked } = useLogView()
  const texts = evidenceTexts().evidence
  return (
    <Stack className={classes.menu ?? ''} gap={12}>
      <div>
        <h2>{texts.title}</h2>
        <p>{texts.lead}</p>
        <p>{texts.ofView}</p>
      </div>
      <MakePackage period={rangeParams(asked)} />
    </Stack>
  )
}
