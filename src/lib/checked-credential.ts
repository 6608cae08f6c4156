import { crc32 } from './encoding.ts'

/**
 * Credentials end in a CRC-32 of everything before it, so that a secret scanner finds ours and a truncated
 * paste is recognised before it costs a storage read. The checksum protects nothing else.
 */
export function withChecksum(body: string): string {
  return body + crc32(body)
}

const CHECKSUM_LENGTH = 6

/** The part between prefix and checksum, or undefined when prefix, length, alphabet or checksum are wrong. */
export function readChecked(credential: string, prefix: string, bodyLength: number): string | undefined {
  if (credential.length !== prefix.length + bodyLength + CHECKSUM_LENGTH) return undefined
  if (!credential.startsWith(prefix)) return undefined
  const withoutChecksum = credential.slice(0, -CHECKSUM_LENGTH)
  const body = withoutChecksum.slice(prefix.length)
  if (!/^[A-Za-z0-9_-]+$/.test(body)) return undefined
  return crc32(withoutChecksum) === credential.slice(-CHECKSUM_LENGTH) ? body : undefined
}
