import { fromBase64, toBase64, utf8 } from '../lib/encoding.ts'
import { randomBytes } from '../lib/random.ts'

/** Standard Webhooks: 24 to 64 bytes, in base64 behind the prefix. */
const SECRET_BYTES = 32
const SECRET_PREFIX = 'whsec_'

/** For whoever receives; the only secret of a webhook that is ever shown. */
export function newWebhookSecret(): string {
  return SECRET_PREFIX + toBase64(randomBytes(SECRET_BYTES))
}

export interface SignedMessage {
  id: string
  /** Of the attempt, so that a receiver can refuse what is old. */
  timestamp: number
  body: string
}

/** With those of Standard Webhooks: a signature for each secret that is in use, with spaces between. */
export async function messageHeaders(message: SignedMessage, secrets: readonly string[]) {
  const signatures = await Promise.all(secrets.map((secret) => sign(message, secret)))
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Postern-Webhooks',
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

async function sign({ id, timestamp, body }: SignedMessage, secret: string): Promise<string> {
  const bytes = fromBase64(secret.slice(SECRET_PREFIX.length))
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return `v1,${toBase64(await crypto.subtle.sign('HMAC', key, utf8(`${id}.${timestamp}.${body}`)))}`
}
