import { z } from 'zod'
import { auditStatement } from '../audit/audit-store.ts'
import type { AuditEvent } from '../audit/events.ts'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, batch, run, statement } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { ALGORITHMS, type Algorithm } from './algorithms.ts'

/** A public key as everybody may see it. */
export interface PublishedKey {
  kid: string
  alg: Algorithm
  shard: string
  publicJwk: JsonWebKey
  createdAt: EpochSeconds
  /** Published, but not used before. */
  signsFrom: EpochSeconds
}

/** What is needed to verify with it. */
export type VerificationKey = Pick<PublishedKey, 'kid' | 'alg' | 'publicJwk'>

const jwk = jsonColumn(z.looseObject({ kty: z.string() }))
const verificationRow = camelKeys(z.object({ kid: z.string(), alg: z.enum(ALGORITHMS), public_jwk: jwk }))

const INSERT = `
  INSERT INTO signing_keys (kid, alg, shard, public_jwk, created_at, signs_from) VALUES (?, ?, ?, ?, ?, ?)`

/** Published before they sign: a verifier must be able to find the key of every token. All at once, or none. */
export async function publishKeys(
  db: D1Database,
  keys: readonly PublishedKey[],
  events: readonly AuditEvent[],
): Promise<void> {
  const inserts = keys.map(({ kid, alg, shard, publicJwk, createdAt, signsFrom }) =>
    statement(db, INSERT, [kid, alg, shard, JSON.stringify(publicJwk), createdAt, signsFrom]),
  )
  await batch(db, [...inserts, ...events.map((event) => auditStatement(db, event))])
}

/** Every key that a living token may name; a withdrawn one is gone at once. */
export async function listPublishedKeys(db: D1Database, now: EpochSeconds): Promise<VerificationKey[]> {
  return all(
    db,
    verificationRow,
    `SELECT kid, alg, public_jwk FROM signing_keys
      WHERE withdrawn_at IS NULL AND (published_until IS NULL OR published_until > ?) ORDER BY created_at, kid`,
    [now],
  )
}

/** Stops signing; stays published until the last token that it may have signed has expired. */
export async function retireKey(
  db: D1Database,
  kid: string,
  now: EpochSeconds,
  publishedUntil: EpochSeconds,
  event: AuditEvent,
): Promise<void> {
  const retire = statement(
    db,
    'UPDATE signing_keys SET retired_at = ?, published_until = ? WHERE kid = ? AND retired_at IS NULL',
    [now, publishedUntil, kid],
  )
  await batch(db, [retire, auditStatement(db, event)])
}

/** Compromised: out of the key set and unknown to introspection from the next request on. */
export async function withdrawKey(db: D1Database, kid: string, now: EpochSeconds, event: AuditEvent): Promise<void> {
  const sql = 'UPDATE signing_keys SET withdrawn_at = ? WHERE kid = ? AND withdrawn_at IS NULL'
  const withdraw = statement(db, sql, [now, kid])
  await batch(db, [withdraw, auditStatement(db, event)])
}

const listedRow = camelKeys(
  z.object({
    kid: z.string(),
    alg: z.enum(ALGORITHMS),
    shard: z.string(),
    created_at: z.number(),
    signs_from: z.number(),
    state: z.enum(['signing', 'published', 'retired', 'withdrawn']),
  }),
)
export type ListedKey = z.output<typeof listedRow>

/** The newest first, also those that are over. Of a shard's unretired keys the oldest signs and the other waits. */
export async function listKeys(db: D1Database): Promise<ListedKey[]> {
  return all(
    db,
    listedRow,
    `SELECT kid, alg, shard, created_at, signs_from,
            CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN retired_at IS NOT NULL THEN 'retired'
                 WHEN row_number() OVER (PARTITION BY alg, shard, retired_at IS NULL AND withdrawn_at IS NULL
                                         ORDER BY created_at, rowid) = 1 THEN 'signing' ELSE 'published' END AS state
       FROM signing_keys ORDER BY created_at DESC, kid`,
  )
}

/** For the hourly clean-up: nothing that these keys signed can still be valid. */
export async function deleteExpiredKeys(db: D1Database, now: EpochSeconds): Promise<void> {
  await run(db, 'DELETE FROM signing_keys WHERE published_until <= ?', [now])
}
