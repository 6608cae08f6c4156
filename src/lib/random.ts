import { toBase64Url } from './encoding.ts'

/** The only source of randomness: `bytes` unpredictable bytes as base64url. */
export function randomBase64Url(bytes: number): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(bytes)))
}

export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** Identifiers that name things and are not secret: a prefix and 120 random bits. */
export function randomId(prefix: string): string {
  return `${prefix}_${randomBase64Url(15)}`
}

/** `digits` decimal digits, each equally likely. */
export function randomDigits(digits: number): string {
  const limit = 10 ** digits
  const bound = Math.floor(0x1_0000_0000 / limit) * limit
  for (;;) {
    const value = crypto.getRandomValues(new Uint32Array(1))[0]!
    if (value < bound) return String(value % limit).padStart(digits, '0')
  }
}

export function randomUuid(): string {
  return crypto.randomUUID()
}
