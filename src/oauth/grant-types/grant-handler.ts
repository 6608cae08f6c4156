import type { Context } from 'hono'
import type { AppEnv } from '../../env.ts'
import type { TokenAnswer } from '../../ledger/commands.ts'
import type { PresentContext, Subject } from '../../ledger/present-store.ts'
import type { AuthenticatedClient } from '../client-authentication.ts'
import type { Parameters } from '../form.ts'

export interface GrantRequest {
  parameters: Parameters
  client: AuthenticatedClient
  context: PresentContext
}

/** One grant type: which account and grant its credential names, and how it becomes tokens. */
export interface GrantHandler {
  /** Reads the credential; throws when it cannot be one of ours, before any storage is asked. */
  subjectOf(parameters: Parameters): Subject
  answer(c: Context<AppEnv>, request: GrantRequest): Promise<TokenAnswer>
}
