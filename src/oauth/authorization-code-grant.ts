import { ProtocolError } from '../errors.ts'
import { callLedger, unwrap } from '../ledger/ledger-stub.ts'
import { sha256 } from '../lib/encoding.ts'
import { type Handle, parseHandle } from '../tokens/handle.ts'
import type { Parameters } from './form.ts'
import type { GrantHandler } from './grant-handler.ts'
import { commonCommand } from './ledger-command.ts'

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5). */
export const authorizationCodeGrant: GrantHandler = {
  subjectOf: (parameters) => requireCode(parameters),

  async answer(c, { parameters, client, context }) {
    const handle = requireCode(parameters)
    const { code = '', code_verifier: codeVerifier, redirect_uri: redirectUri } = parameters
    checkVerifierLength(codeVerifier)
    const [common, codeHash, codeChallenge] = await Promise.all([
      commonCommand(c, handle, parameters, client, context),
      sha256(code),
      codeVerifier === undefined ? undefined : sha256(codeVerifier),
    ])
    const command = { ...common, codeHash, redirectUri, codeVerifier, codeChallenge }
    return unwrap(await callLedger(c.env, handle.accountId, async (ledger) => ledger.redeem(command)))
  },
}

function requireCode({ code }: Parameters): Handle {
  if (!code) throw new ProtocolError('invalid_request', 'code_missing')
  const handle = parseHandle('authorizationCode', code)
  if (!handle) throw new ProtocolError('invalid_grant', 'code_malformed')
  return handle
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
