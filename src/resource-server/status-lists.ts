import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { toDate } from './clock.ts'
import type { KeySet } from './key-set.ts'
import type { Protection } from './options.ts'

/** A list is asked for again after its own `ttl`, and after this many seconds at most. */
export const STATUS_LIST_MAX_AGE = 60
/** After a failed fetch the next is tried this much later. Seconds. */
export const STATUS_RETRY_INTERVAL = 5
/** Of a list, uncompressed: a million indexes of eight bits. */
const MAX_LIST_BYTES = 1_048_576
const MAX_LISTS = 1000
const LIST_TYPES = new Set(['statuslist+jwt', 'application/statuslist+jwt'])
const BITS = [1, 2, 4, 8]

/** No list that may be trusted can be had: whether the token was revoked is unknown, and the caller should try again. */
export class StatusUnavailable extends Error {
  override readonly name = 'StatusUnavailable'
}

interface StatusList {
  bits: number
  bytes: Uint8Array
  refreshAt: number
  expiresAt: number
}

/** Token Status Lists (draft-ietf-oauth-status-list), fetched, verified with the issuer's keys, and cached. */
export class StatusLists {
  private readonly protection: Protection
  private readonly keySet: KeySet
  private readonly lists = new Map<string, StatusList>()
  private readonly fetching = new Map<string, Promise<StatusList>>()
  private readonly triedAt = new Map<string, number>()

  constructor(protection: Protection, keySet: KeySet) {
    this.protection = protection
    this.keySet = keySet
  }

  /**
   * False: the token says nothing of a status, names a list that is not the issuer's or an index that is not in it,
   * or its status is anything but VALID. Throws {@link StatusUnavailable}, and KeysUnavailable.
   */
  async isValid(claims: JWTPayload): Promise<boolean> {
    const reference = readReference(claims)
    if (!reference || !isOneOf(this.protection.statusLists, reference.uri)) return false
    const list = await this.find(reference.uri)
    return readStatus(list, reference.idx) === 0
  }

  private async find(uri: string): Promise<StatusList> {
    const now = this.protection.now()
    const known = this.lists.get(uri)
    const usable = known && known.expiresAt > now ? known : undefined
    if (usable && usable.refreshAt > now) return usable
    if (usable && now - (this.triedAt.get(uri) ?? 0) < STATUS_RETRY_INTERVAL) return usable
    try {
      return await this.refresh(uri)
    } catch (error) {
      if (usable && error instanceof StatusUnavailable) return usable
      throw error
    }
  }

  private refresh(uri: string): Promise<StatusList> {
    const running = this.fetching.get(uri) ?? this.download(uri).finally(() => this.fetching.delete(uri))
    this.fetching.set(uri, running)
    return running
  }

  private async download(uri: string): Promise<StatusList> {
    if (this.lists.size >= MAX_LISTS) this.forgetAll()
    this.triedAt.set(uri, this.protection.now())
    const list = await this.verify(uri, await this.fetchText(uri))
    this.lists.set(uri, list)
    return list
  }

  private async fetchText(uri: string): Promise<string> {
    try {
      const response = await this.protection.fetch(uri)
      if (!response.ok) throw new Error(`status ${response.status}`)
      // Not text(): the media type is not of text, and workerd warns.
      return new TextDecoder().decode(await response.arrayBuffer())
    } catch (cause) {
      throw new StatusUnavailable('the status list cannot be had', { cause })
    }
  }

  /** §8.3: type, signature, `sub`, `exp`; what is signed for another address or time says nothing here. */
  private async verify(uri: string, jwt: string): Promise<StatusList> {
    try {
      const { kid = '', typ = '' } = decodeProtectedHeader(jwt)
      const found = LIST_TYPES.has(typ.toLowerCase()) ? await this.keySet.find(kid) : undefined
      if (!found) throw new StatusUnavailable('the status list is not signed by the issuer')
      const { payload } = await jwtVerify(jwt, found.key, {
        subject: uri,
        algorithms: [found.alg],
        requiredClaims: ['sub', 'iat', 'exp'],
        currentDate: toDate(this.protection.now()),
        clockTolerance: this.protection.clockToleranceSeconds,
      })
      return await this.decode(payload)
    } catch (cause) {
      if (cause instanceof errors.JOSEError || cause instanceof TypeError || cause instanceof DOMException) {
        throw new StatusUnavailable('the status list is not valid', { cause })
      }
      throw cause
    }
  }

  private async decode({ exp = 0, ttl, status_list: list }: JWTPayload): Promise<StatusList> {
    const { bits, lst } = (list ?? {}) as { bits?: unknown; lst?: unknown }
    if (typeof lst !== 'string' || typeof bits !== 'number' || !BITS.includes(bits)) {
      throw new StatusUnavailable('the status list has no list')
    }
    const age = typeof ttl === 'number' && ttl > 0 ? Math.min(ttl, STATUS_LIST_MAX_AGE) : STATUS_LIST_MAX_AGE
    return { bits, bytes: await inflate(lst), refreshAt: this.protection.now() + age, expiresAt: exp }
  }

  private forgetAll(): void {
    this.lists.clear()
    this.triedAt.clear()
  }
}

/** §6.2. */
function readReference({ status }: JWTPayload): { idx: number; uri: string } | undefined {
  const { idx, uri } = (status as { status_list?: { idx?: unknown; uri?: unknown } } | undefined)?.status_list ?? {}
  if (typeof idx !== 'number' || !Number.isSafeInteger(idx) || idx < 0 || typeof uri !== 'string') return undefined
  return { idx, uri }
}

/** A number below the issuer's own address for lists: a token cannot send us anywhere else. */
function isOneOf(lists: string, uri: string): boolean {
  return uri.startsWith(`${lists}/`) && /^\d{1,9}$/.test(uri.slice(lists.length + 1))
}

/** §4.1: the lowest bits of the first byte are index 0. Undefined: outside the list. */
function readStatus({ bits, bytes }: StatusList, idx: number): number | undefined {
  const perByte = 8 / bits
  const byte = bytes[Math.floor(idx / perByte)]
  return byte === undefined ? undefined : (byte >> ((idx % perByte) * bits)) & (2 ** bits - 1)
}

/** ZLIB, base64url. Stops at a list that is larger than any of ours, before it fills the memory. */
async function inflate(lst: string): Promise<Uint8Array> {
  const compressed = Uint8Array.from(atob(lst.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of new Blob([compressed]).stream().pipeThrough(new DecompressionStream('deflate'))) {
    size += chunk.byteLength
    if (size > MAX_LIST_BYTES) throw new StatusUnavailable('the status list is too large')
    chunks.push(chunk)
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer())
}
