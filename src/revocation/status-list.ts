import { toBase64Url } from '../lib/encoding.ts'

/** Indexes in one list: 16 KiB of bits, most of which compress to nothing. */
export const STATUS_LIST_SIZE = 131_072
/** A verifier asks again after this time. */
export const STATUS_LIST_TTL_SECONDS = 60
/** A list that could not be refreshed counts no longer than this. */
export const STATUS_LIST_LIFETIME_SECONDS = 180
/** draft-ietf-oauth-status-list §5.1. */
export const STATUS_LIST_TYPE = 'statuslist+jwt'
export const STATUS_LIST_PATH = '/status-lists'

export function statusListUri(issuer: string, list: number): string {
  return `${issuer}${STATUS_LIST_PATH}/${list}`
}

/** Where a token's status stands (§6.2), from the number of its generation. */
export function statusReference(issuer: string, statusId: number) {
  const list = Math.floor(statusId / STATUS_LIST_SIZE)
  return { status_list: { idx: statusId % STATUS_LIST_SIZE, uri: statusListUri(issuer, list) } }
}

/** One bit each, 1 is invalid (§4.1, §7.1): the lowest bit of the first byte is index 0. Compressed with ZLIB. */
export async function encodeStatusList(invalid: readonly number[]): Promise<string> {
  const bits = new Uint8Array(STATUS_LIST_SIZE / 8)
  for (const index of invalid) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
  const compressed = new Blob([bits]).stream().pipeThrough(new CompressionStream('deflate'))
  return toBase64Url(await new Response(compressed).arrayBuffer())
}
