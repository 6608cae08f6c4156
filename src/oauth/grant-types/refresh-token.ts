import { ProtocolError } from '../../errors.ts'
import { callLedger, unwrap } from '../../ledger/ledger-stub.ts'
import { refreshCommand } from '../../ledger/token-command.ts'
import type { Sealing } from '../../lib/sealed-credential.ts'
import { type GrantCredential, parseGrantCredential } from '../../tokens/grant-credential.ts'
import type { Parameters } from '../form.ts'
import type { GrantHandler } from './grant-handler.ts'
import { tokenRequest } from './token-request.ts'

/** RFC 6749 §6. */
export const refreshTokenGrant: GrantHandler = {
  readCredential: requireRefreshToken,

  async answer(c, request) {
    const { parameters, credential } = request
    const { refresh_token: refreshToken = '' } = parameters
    const command = await refreshCommand(await tokenRequest(c, request), refreshToken)
    return unwrap(await callLedger(c.env, credential.accountId, async (ledger) => ledger.refresh(command)))
  },
}

async function requireRefreshToken(sealing: Sealing, { refresh_token }: Parameters): Promise<GrantCredential> {
  if (!refresh_token) throw new ProtocolError('invalid_request', 'refresh_token_missing')
  const credential = await parseGrantCredential(sealing, 'refreshToken', refresh_token)
  if (!credential) throw new ProtocolError('invalid_grant', 'refresh_token_malformed')
  return credential
}
