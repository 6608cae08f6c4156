import { derivedKey } from './derived-key.ts'
import { crc32, equalInConstantTime, toBase64Url, utf8 } from './encoding.ts'

/** What this deployment seals with: its own address, and secrets that are in no store, newest first. */
export interface Sealing {
  issuer: string
  credentialSecrets: readonly string[]
}

/** What kind of credential, and whose. Whoever reads it says both: what was sealed for one owner is nothing for another. */
export interface CredentialKind {
  prefix: string
  /** Empty for credentials that name their owner themselves. */
  owner: string
}

const SEAL_BYTES = 12
const SEAL_LENGTH = 16
const CHECKSUM_LENGTH = 6

/**
 * Prefix and body, then a seal (96 bits of HMAC-SHA-256 over both and the owner), then a CRC-32 of all of it for
 * scanners of secrets. A seal gives passage to an object, never access: whether the credential is known, alive and this
 * client's is still asked of who keeps its hash.
 */
export async function sealCredential(sealing: Sealing, kind: CredentialKind, body: string): Promise<string> {
  const [newest] = sealing.credentialSecrets
  if (newest === undefined) throw new TypeError('there is no credential secret')
  const sealed = kind.prefix + body + (await computeSeal(newest, sealing.issuer, kind, body))
  return sealed + crc32(sealed)
}

/**
 * The body of a credential that we sealed for this owner, under any of the secrets; undefined for everything else,
 * at the cost of no storage. A truncated paste does not even cost an HMAC.
 */
export async function readSealedCredential(
  sealing: Sealing,
  kind: CredentialKind,
  bodyLength: number,
  credential: string,
): Promise<string | undefined> {
  const body = readChecked(credential, kind.prefix, bodyLength)
  if (body === undefined) return undefined
  const presented = credential.slice(-SEAL_LENGTH - CHECKSUM_LENGTH, -CHECKSUM_LENGTH)
  for (const secret of sealing.credentialSecrets) {
    if (equalInConstantTime(presented, await computeSeal(secret, sealing.issuer, kind, body))) return body
  }
  return undefined
}

/** Undefined when prefix, length, alphabet or checksum are wrong. */
function readChecked(credential: string, prefix: string, bodyLength: number): string | undefined {
  if (credential.length !== prefix.length + bodyLength + SEAL_LENGTH + CHECKSUM_LENGTH) return undefined
  if (!credential.startsWith(prefix)) return undefined
  const sealed = credential.slice(0, -CHECKSUM_LENGTH)
  if (!/^[A-Za-z0-9_-]+$/.test(sealed)) return undefined
  if (crc32(sealed) !== credential.slice(-CHECKSUM_LENGTH)) return undefined
  return sealed.slice(prefix.length, -SEAL_LENGTH)
}

/** Separated by a character that no credential holds, the owner last: no two credentials are the same text. */
async function computeSeal(
  secret: string,
  issuer: string,
  { prefix, owner }: CredentialKind,
  body: string,
): Promise<string> {
  const key = await derivedKey('sign', secret, `postern seal of a credential\n${issuer}`)
  const mac = await crypto.subtle.sign('HMAC', key, utf8(`${prefix}\n${body}\n${owner}`))
  return toBase64Url(mac.slice(0, SEAL_BYTES))
}
