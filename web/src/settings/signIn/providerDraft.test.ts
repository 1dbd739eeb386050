import { describe, expect, it } from 'vitest'
import { draftOf, settingsOf } from './providerDraft'

describe('a provider while it is edited', () => {
  it('begins with the careful choices', () => {
    expect(draftOf(undefined)).toMatchObject({
      create_accounts: false,
      require_email_verified: true,
      trust_email: false,
    })
  })
  it('keeps the stored secret unless a new one is entered', () => {
    const draft = draftOf(undefined)
    expect(settingsOf(draft)).not.toHaveProperty('client_secret')
    expect(settingsOf({ ...draft, client_secret: 's' })).toHaveProperty('client_secret', 's')
  })
  it('sends absent values as such, and no empty rule', () => {
    const settings = settingsOf({
      ...draftOf(undefined),
      name: ' Acme ',
      role_claim: ' ',
      role_map: [
        { value: '', role: 'user' },
        { value: 'admins', role: 'auditor' },
      ],
    })
    expect(settings).toMatchObject({
      name: 'Acme',
      role_claim: null,
      default_role: null,
      link_claim: null,
      role_map: [{ value: 'admins', role: 'auditor' }],
    })
  })
})
