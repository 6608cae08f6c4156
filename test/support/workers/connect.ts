import type { TokenEndpointResponse } from 'oauth4webapi'
import type { Browser, Fields } from '../browser.ts'
import { type Authorization, authorize, type Integration } from '../integration.ts'
import { basic, postForm } from './world.ts'

/** Consents, and keeps what the callback brought instead of exchanging it. */
export async function obtainCode(
  browser: Browser,
  integration: Integration,
  parameters: Record<string, string> = {},
  fields: Fields = {},
): Promise<{ code: string; callback: string; authorization: Authorization }> {
  const authorization = await integration.begin(parameters)
  const callback = await authorize(browser, authorization.path, fields)
  const code = new URL(callback).searchParams.get('code')
  if (!code) throw new Error(`no code came back: ${new URL(callback).searchParams.get('error')}`)
  return { code, callback, authorization }
}

/** A grant with its first tokens. */
export async function connect(
  browser: Browser,
  integration: Integration,
  parameters: Record<string, string> = {},
  fields: Fields = {},
): Promise<TokenEndpointResponse & { refresh_token: string }> {
  const { callback, authorization } = await obtainCode(browser, integration, parameters, fields)
  const tokens = await integration.finish(callback, authorization)
  return { ...tokens, refresh_token: tokens.refresh_token ?? '' }
}

export interface TokenReply {
  status: number
  error?: string
  error_description?: string
  access_token?: string
  refresh_token?: string
  expires_in?: number
  scope?: string
}

/** A token request exactly as given, for what no well-behaved client sends. */
export async function requestToken(
  fields: Record<string, string>,
  client: { clientId: string; clientSecret: string | null },
  headers: Record<string, string> = {},
): Promise<TokenReply> {
  const response = client.clientSecret
    ? await postForm('/token', fields, { ...basic(client.clientId, client.clientSecret), ...headers })
    : await postForm('/token', { client_id: client.clientId, ...fields }, headers)
  return { status: response.status, ...(await response.json<Omit<TokenReply, 'status'>>()) }
}

export function refreshWith(
  refreshToken: string,
  client: { clientId: string; clientSecret: string | null },
  headers: Record<string, string> = {},
): Promise<TokenReply> {
  return requestToken({ grant_type: 'refresh_token', refresh_token: refreshToken }, client, headers)
}

export interface Obtained {
  code: string
  authorization: Authorization
}

export function exchangeWith(
  { code, authorization }: Obtained,
  client: { clientId: string; clientSecret: string | null; redirectUri: string },
  changes: Record<string, string> = {},
): Promise<TokenReply> {
  const fields = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: authorization.codeVerifier,
    ...changes,
  }
  return requestToken(fields, client)
}
