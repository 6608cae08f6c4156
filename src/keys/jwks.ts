import type { EpochSeconds } from '../lib/clock.ts'
import { listPublishedKeys } from './keys-store.ts'

/** Verifiers may keep the set this long (RFC 9111); a withdrawn key is out of use everywhere after it. */
export const JWKS_MAX_AGE_SECONDS = 300

let cached: { body: string; at: EpochSeconds } | undefined
let readAt: EpochSeconds | undefined

/**
 * The JWK set (RFC 7517 §5) as text. An isolate keeps it for the rest of the second, so that a crowd of verifiers
 * costs one read. It is never empty: an API that starts before the first token was issued must not keep a set without
 * the key of that token.
 */
export async function keySet(db: D1Database, createFirst: () => Promise<void>, now: EpochSeconds): Promise<string> {
  if (cached?.at === now) return cached.body
  // One of the crowd reads for the second that began; until it has, the others take that of the second before.
  if (cached?.at === now - 1 && readAt === now) return cached.body
  readAt = now
  const keys = await listOrCreateKeys(db, createFirst, now)
  const body = JSON.stringify({
    keys: keys.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'sig' })),
  })
  cached = { body, at: now }
  return body
}

async function listOrCreateKeys(db: D1Database, createFirst: () => Promise<void>, now: EpochSeconds) {
  const published = await listPublishedKeys(db, now)
  if (published.length > 0) return published
  await createFirst()
  return listPublishedKeys(db, now)
}
