import type { App } from '../apps/app.ts'
import type { LedgerClient } from './commands.ts'

/** What the ledger is told of an app that a person allows. */
export function ledgerClient({ clientId, redirectUris, grantTypes, tokenEndpointAuthMethod }: App): LedgerClient {
  return { clientId, redirectUris, grantTypes, confidential: tokenEndpointAuthMethod !== 'none' }
}
