import { sha256 } from '../lib/encoding.ts'
import type { GrantCredential } from '../tokens/grant-credential.ts'
import type { RedeemCommand, RefreshCommand, TokenCommand } from './commands.ts'

/** A token request as the edge understood it: by whom, and for which grant. */
interface TokenRequest
  extends Pick<TokenCommand, 'client' | 'clientId' | 'requestedScopes' | 'requestedResource' | 'origin'> {
  credential: GrantCredential
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

function tokenCommand({ credential, ...request }: TokenRequest): TokenCommand {
  const { accountId, grantId, engineToken } = credential
  const { client, clientId, requestedScopes, requestedResource, origin } = request
  return { accountId, grantId, engineToken, client, clientId, requestedScopes, requestedResource, origin }
}
