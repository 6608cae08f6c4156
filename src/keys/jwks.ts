import type { EpochSeconds } from '../lib/clock.ts'
import { listPublishedKeys } from './keys-store.ts'

/** Verifiers may keep the set this long (RFC 9111); a withdrawn key is out of use everywhere after it. */
export const JWKS_MAX_AGE_SECONDS = 300

let cached: { body: string; at: EpochSeconds } | undefined
let readAt: EpochSeconds | undefined

/**
 * The JWK set (RFC 7517 §5) as text. An isolate keeps it for the rest of the second, so that a crowd of verifiers
 * costs one read; never an empty one: who meets the first key of a deployment must find it.
 */
export async function keySet(db: D1Database, now: EpochSeconds): Promise<string> {
  if (cached?.at === now) return cached.body
  // One of the crowd reads for the second that began; until it has, the others take that of the second before.
  if (cached?.at === now - 1 && readAt === now) return cached.body
  readAt = now
  const keys = await listPublishedKeys(db, now)
  const body = JSON.stringify({
    keys: keys.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'sig' })),
  })
  if (keys.length > 0) cached = { body, at: now }
  return body
}
