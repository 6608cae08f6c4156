import { ProtocolError } from '../../errors.ts'
import { callLedger, unwrap } from '../../ledger/ledger-stub.ts'
import { redeemCommand } from '../../ledger/token-command.ts'
import type { Sealing } from '../../lib/sealed-credential.ts'
import { type GrantCredential, parseGrantCredential } from '../../tokens/grant-credential.ts'
import type { Parameters } from '../form.ts'
import type { GrantHandler } from './grant-handler.ts'
import { tokenRequest } from './token-request.ts'

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5). */
export const authorizationCodeGrant: GrantHandler = {
  readCredential: requireCode,

  async answer(c, request) {
    const { parameters, credential } = request
    const { code: authorizationCode = '', code_verifier: codeVerifier, redirect_uri: redirectUri } = parameters
    const command = await redeemCommand(await tokenRequest(c, request), {
      authorizationCode,
      redirectUri,
      codeVerifier,
    })
    return unwrap(await callLedger(c.env, credential.accountId, async (ledger) => ledger.redeem(command)))
  },
}

async function requireCode(
  sealing: Sealing,
  { code, code_verifier: codeVerifier }: Parameters,
): Promise<GrantCredential> {
  if (!code) throw new ProtocolError('invalid_request', 'code_missing')
  const credential = await parseGrantCredential(sealing, 'authorizationCode', code)
  if (!credential) throw new ProtocolError('invalid_grant', 'code_malformed')
  checkVerifierLength(codeVerifier)
  return credential
}

/**
 * Every code of ours has a challenge, so that one without a verifier is not valid (RFC 7636 §4.6). Of a verifier the
 * length only: some popular clients use characters that RFC 7636 §4.1 leaves out.
 */
function checkVerifierLength(codeVerifier: string | undefined): void {
  if (codeVerifier === undefined) throw new ProtocolError('invalid_grant', 'code_verifier_missing')
  if (codeVerifier.length < 43 || codeVerifier.length > 128) {
    throw new ProtocolError('invalid_grant', 'code_verifier_malformed')
  }
}
