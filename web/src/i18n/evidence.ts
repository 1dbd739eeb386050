/** Texts about proofs and the ledger, loaded with the pages that show them. */
import { evidence as en } from './enEvidence'
import { inLanguage } from './index'
import { evidence as zh } from './zhEvidence'

export type EvidenceTexts = typeof en

export const evidenceTexts = (): EvidenceTexts => inLanguage({ en, zh })
