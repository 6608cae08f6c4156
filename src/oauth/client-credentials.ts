import { ProtocolError } from '../errors.ts'
import type { Parameters } from './form.ts'

/** Credentials as they were presented; nothing is verified. */
export interface ClientCredentials {
  clientId: string
  method: 'none' | 'client_secret_basic' | 'client_secret_post'
  /** Null for `none`. */
  clientSecret: string | null
}

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="postern", charset="UTF-8"' }

/** RFC 6749 §2.3: HTTP Basic or the body, never both, never a secret in the query. */
export function parseClientCredentials(authorization: string | null, parameters: Parameters): ClientCredentials {
  const { client_id: clientId, client_secret: clientSecret } = parameters
  if (authorization !== null) return parseBasic(authorization, clientId, clientSecret)
  if (!clientId) throw invalidClient('client_id_missing', false)
  if (clientSecret === undefined) return { clientId, method: 'none', clientSecret: null }
  return { clientId, method: 'client_secret_post', clientSecret }
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

function parseBasic(authorization: string, clientIdInBody: string | undefined, secretInBody: string | undefined) {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1]
  const [clientId, clientSecret] = (encoded && decodeBasic(encoded)) || []
  if (!clientId || !clientSecret) throw invalidClient('client_authentication_malformed', true)
  // A client_id in the body that repeats the header's is harmless, and some clients send it.
  if (secretInBody !== undefined || (clientIdInBody !== undefined && clientIdInBody !== clientId)) {
    throw new ProtocolError('invalid_request', 'client_authentication_ambiguous')
  }
  return { clientId, method: 'client_secret_basic' as const, clientSecret }
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
function decodeBasic(encoded: string): [string, string] | undefined {
  try {
    const text = atob(encoded)
    const colon = text.indexOf(':')
    if (colon < 1) return undefined
    return [decodeFormComponent(text.slice(0, colon)), decodeFormComponent(text.slice(colon + 1))]
  } catch (error) {
    if (error instanceof URIError || error instanceof DOMException) return undefined
    throw error
  }
}

function decodeFormComponent(component: string): string {
  return decodeURIComponent(component.replaceAll('+', ' '))
}
