/** The ledger's health, its verification here and elsewhere, and evidence packages. */
import { Page } from '../ui/Page'
import { evidenceTexts } from '../i18n/evidence'
import { t } from '../i18n'
import { EvidenceSection } from './EvidenceSection'
import { HealthSection } from './HealthSection'
import { OutsideSection } from './OutsideSection'
import { VerifySection } from './VerifySection'

export function VerifyPage() {
  return (
    <Page title={t.pages.verify} lead={evidenceTexts().verify.lead} narrow>
      <HealthSection />
      <VerifySection />
      <OutsideSection />
      <EvidenceSection />
    </Page>
  )
}
