import { ProtocolError } from '../errors.ts'
import { readBasic } from '../lib/basic-credentials.ts'
import type { Parameters } from './form.ts'

/** Credentials as they were presented; nothing is verified. */
export interface PresentedCredentials {
  clientId: string
  method: 'none' | 'client_secret_basic' | 'client_secret_post'
  /** Null for `none`. */
  clientSecret: string | null
  /** By an `Authorization` header, whatever it held: then a refusal carries a challenge. */
  triedBasic: boolean
}

export const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="postern", charset="UTF-8"' }

/** RFC 6749 §2.3: HTTP Basic or the body, never both, never a secret in the query. */
export function parsePresentedCredentials(authorization: string | null, parameters: Parameters): PresentedCredentials {
  const { client_id: clientId, client_secret: clientSecret } = parameters
  if (authorization !== null) return parseBasic(authorization, clientId, clientSecret)
  if (!clientId) throw invalidClient('client_id_missing', false)
  if (clientSecret === undefined) return { clientId, method: 'none', clientSecret: null, triedBasic: false }
  return { clientId, method: 'client_secret_post', clientSecret, triedBasic: false }
}

/** RFC 6749 §5.2: a client that tried HTTP authentication is answered with its challenge. */
export function invalidClient(
  reason:
    | 'client_id_missing'
    | 'client_unknown'
    | 'client_secret_wrong'
    | 'client_secret_missing'
    | 'client_authentication_malformed'
    | 'client_authentication_method'
    | 'app_deleted',
  triedBasic: boolean,
): ProtocolError {
  return new ProtocolError('invalid_client', reason, triedBasic ? { headers: CHALLENGE } : {})
}

function parseBasic(
  authorization: string,
  clientIdInBody: string | undefined,
  secretInBody: string | undefined,
): PresentedCredentials {
  const basic = readBasic(authorization)
  if (!basic) throw invalidClient('client_authentication_malformed', true)
  const { id: clientId, secret: clientSecret } = basic
  // A client_id in the body that repeats the header's is harmless, and some clients send it.
  if (secretInBody !== undefined || (clientIdInBody !== undefined && clientIdInBody !== clientId)) {
    throw new ProtocolError('invalid_request', 'client_authentication_ambiguous')
  }
  // As in the body, an empty secret is none: requests-oauthlib and golang.org/x/oauth2 send it for public clients.
  if (clientSecret === '') return { clientId, method: 'none', clientSecret: null, triedBasic: true }
  return { clientId, method: 'client_secret_basic', clientSecret, triedBasic: true }
}
