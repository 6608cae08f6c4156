import type { App } from '../apps/app.ts'
import type { LedgerClient } from './commands.ts'

/** What the ledger is told of an app that was authenticated, or that nobody needs to authenticate. */
export function ledgerClient(app: App): LedgerClient {
  return {
    clientId: app.clientId,
    redirectUris: app.redirectUris,
    grantTypes: app.grantTypes,
    confidential: app.tokenEndpointAuthMethod !== 'none',
  }
}
