import type { Context } from 'hono'
import type { PresentedClient } from '../../apps/authenticate-client.ts'
import type { AppEnv } from '../../env.ts'
import type { TokenAnswer } from '../../ledger/commands.ts'
import type { Sealing } from '../../lib/sealed-credential.ts'
import type { GrantCredential } from '../../tokens/grant-credential.ts'
import type { Parameters } from '../form.ts'

export interface GrantRequest {
  parameters: Parameters
  credential: GrantCredential
  client: PresentedClient
}

/** One grant type: which account and grant its credential names, and how it becomes tokens. */
export interface GrantHandler {
  /** Reads the credential; throws when it is none that we made, before any storage is asked. */
  readCredential(sealing: Sealing, parameters: Parameters): Promise<GrantCredential>
  answer(c: Context<AppEnv>, request: GrantRequest): Promise<TokenAnswer>
}
