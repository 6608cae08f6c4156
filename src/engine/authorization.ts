import { clientRecord } from './client-record.ts'
import { type EngineSettings, engineFor } from './engine.ts'
import { StoragePort } from './storage-port.ts'
import type { EngineClient } from './token-exchange.ts'

export interface EngineAuthorization {
  accountId: string
  redirectUri: string
  codeChallenge: string
  scopes: readonly string[]
}

export interface CollectedAuthorization {
  grantId: string
  grantRecord: string
  /** As the engine spells it: `account:grant:secret`. */
  authorizationCode: string
}

/** Creates a grant and its code over storage that collects the one write. */
export async function collectAuthorization(
  settings: EngineSettings,
  client: EngineClient,
  authorization: EngineAuthorization,
): Promise<CollectedAuthorization> {
  let grantRecord: string | undefined
  const port = new StoragePort({
    'client:': { get: () => clientRecord(client) },
    'grant:': {
      put: (_key, value) => {
        grantRecord = value
      },
    },
  })
  const { redirectTo } = await engineFor(settings)
    .getOAuthApi({ OAUTH_KV: port })
    .completeAuthorization({
      request: {
        responseType: 'code',
        clientId: client.clientId,
        redirectUri: authorization.redirectUri,
        scope: [...authorization.scopes],
        state: '',
        codeChallenge: authorization.codeChallenge,
        codeChallengeMethod: 'S256',
        resource: settings.resource,
      },
      userId: authorization.accountId,
      scope: [...authorization.scopes],
      metadata: null,
      props: null,
      revokeExistingGrants: false,
    })
  const authorizationCode = new URL(redirectTo).searchParams.get('code')
  const grantId = authorizationCode?.split(':')[1]
  if (!grantRecord || !authorizationCode || !grantId) throw new Error('the engine completed without grant or code')
  return { grantId, grantRecord, authorizationCode }
}
