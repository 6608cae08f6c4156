import { toBase64Url } from '../lib/encoding.ts'
import { type FetchSettings, guardedFetch } from '../lib/guarded-fetch.ts'

const MAX_LOGO_BYTES = 64 * 1024

export const LOGO_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const
export type LogoType = (typeof LOGO_TYPES)[number]

/** A picture that we keep: what its developer's server shows later does not matter. */
export interface Logo {
  /** SHA-256; the name of the picture. */
  hash: string
  contentType: LogoType
  bytes: Uint8Array<ArrayBuffer>
}

export type FetchedLogo = { ok: true; logo: Logo } | { ok: false; reason: string }

/** Fetches the picture, once. What it says of itself is not asked: its first bytes are. */
export async function fetchLogo(settings: FetchSettings, logoUri: string): Promise<FetchedLogo> {
  const fetched = await guardedFetch(settings, logoUri, MAX_LOGO_BYTES)
  if (!fetched.ok) return fetched
  const contentType = findLogoType(fetched.bytes)
  if (!contentType) return { ok: false, reason: 'This is neither PNG, JPEG nor WebP.' }
  const hash = toBase64Url(await crypto.subtle.digest('SHA-256', fetched.bytes))
  return { ok: true, logo: { hash, contentType, bytes: fetched.bytes } }
}

/** The magic numbers of the WHATWG MIME Sniffing standard, §6.1. */
export function findLogoType(bytes: Uint8Array): LogoType | undefined {
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return 'image/png'
  if (startsWith(bytes, '\xff\xd8\xff')) return 'image/jpeg'
  if (startsWith(bytes, 'RIFF') && startsWith(bytes.subarray(8), 'WEBPVP')) return 'image/webp'
  return undefined
}

export function logoPath(hash: string): string {
  return `/logos/${hash}`
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return [...magic].every((character, index) => bytes[index] === character.charCodeAt(0))
}
