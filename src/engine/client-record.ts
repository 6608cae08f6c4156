import type { ClientInfo } from '@cloudflare/workers-oauth-provider'

interface EngineClient {
  clientId: string
  redirectUris: readonly string[]
  grantTypes: readonly string[]
}

/**
 * The client as the engine needs it to accept a request that we authenticated: public, so that it asks for no
 * secret, which also makes PKCE obligatory for it.
 */
export function clientRecord(client: EngineClient): string {
  const record: ClientInfo = {
    clientId: client.clientId,
    redirectUris: [...client.redirectUris],
    grantTypes: [...client.grantTypes],
    responseTypes: ['code'],
    tokenEndpointAuthMethod: 'none',
  }
  return JSON.stringify(record)
}
