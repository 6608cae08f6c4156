import { sha256 } from '../lib/encoding.ts'
import type { Handle } from '../tokens/handle.ts'
import type { RedeemCommand, RefreshCommand, TokenCommand } from './commands.ts'
import { ledgerClient } from './ledger-client.ts'
import type { PresentContext } from './present-store.ts'

/** A token request as the edge understood it: by whom, for which grant, and what holds at present. */
interface TokenRequest extends Pick<TokenCommand, 'requestedScopes' | 'requestedResource' | 'origin'> {
  handle: Handle
  context: PresentContext
}

interface PresentedCode extends Pick<RedeemCommand, 'redirectUri' | 'codeVerifier'> {
  authorizationCode: string
}

export async function redeemCommand(
  request: TokenRequest,
  { authorizationCode, redirectUri, codeVerifier }: PresentedCode,
): Promise<RedeemCommand> {
  const [codeHash, codeChallenge] = await Promise.all([
    sha256(authorizationCode),
    codeVerifier === undefined ? undefined : sha256(codeVerifier),
  ])
  return { ...tokenCommand(request), codeHash, redirectUri, codeVerifier, codeChallenge }
}

export async function refreshCommand(request: TokenRequest, refreshToken: string): Promise<RefreshCommand> {
  return { ...tokenCommand(request), refreshToken, refreshHash: await sha256(refreshToken) }
}

function tokenCommand({ handle, context, requestedScopes, requestedResource, origin }: TokenRequest): TokenCommand {
  return {
    grantId: handle.grantId,
    engineToken: handle.engineToken,
    client: ledgerClient(context.app),
    present: context.present,
    resources: context.resources,
    statusId: context.statusId,
    requestedScopes,
    requestedResource,
    origin,
  }
}
