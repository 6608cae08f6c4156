import { z } from 'zod'
import { auditStatement } from '../audit/audit-store.ts'
import type { AuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
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
const verificationRow = z
  .object({ kid: z.string(), alg: z.enum(ALGORITHMS), public_jwk: jwk })
  .transform((row): VerificationKey => ({ kid: row.kid, alg: row.alg, publicJwk: row.public_jwk }))

/** Published before they sign: a verifier must be able to find the key of every token. All at once, or none. */
export async function publishKeys(
  db: D1Database,
  keys: readonly PublishedKey[],
  events: readonly AuditEvent[],
): Promise<void> {
  const insert = db.prepare(
    'INSERT INTO signing_keys (kid, alg, shard, public_jwk, created_at, signs_from) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const inserts = keys.map((key) =>
    insert.bind(key.kid, key.alg, key.shard, JSON.stringify(key.publicJwk), key.createdAt, key.signsFrom),
  )
  await reach('D1', () => db.batch([...inserts, ...events.map((event) => auditStatement(db, event))]))
}

/** Every key that a living token may name; a withdrawn one is gone at once. */
export async function listPublishedKeys(db: D1Database, now: EpochSeconds): Promise<VerificationKey[]> {
  const { results } = await reach('D1', () =>
    db
      .prepare(
        `SELECT kid, alg, public_jwk FROM signing_keys
         WHERE withdrawn_at IS NULL AND (published_until IS NULL OR published_until > ?) ORDER BY created_at, kid`,
      )
      .bind(now)
      .all(),
  )
  return results.map((row) => verificationRow.parse(row))
}

/** For a batch of the caller's. Never cached: a withdrawn key is not found from the next request on. */
export function verificationKeyStatement(db: D1Database, kid: string): D1PreparedStatement {
  return db.prepare('SELECT kid, alg, public_jwk FROM signing_keys WHERE kid = ? AND withdrawn_at IS NULL').bind(kid)
}

export function parseVerificationKey(row: unknown): VerificationKey {
  return verificationRow.parse(row)
}

/** Stops signing; stays published until the last token that it may have signed has expired. */
export async function retireKey(
  db: D1Database,
  kid: string,
  now: EpochSeconds,
  publishedUntil: EpochSeconds,
  event: AuditEvent,
): Promise<void> {
  const retire = db
    .prepare('UPDATE signing_keys SET retired_at = ?, published_until = ? WHERE kid = ? AND retired_at IS NULL')
    .bind(now, publishedUntil, kid)
  await reach('D1', () => db.batch([retire, auditStatement(db, event)]))
}

/** Compromised: out of the key set and unknown to introspection from the next request on. */
export async function withdrawKey(db: D1Database, kid: string, now: EpochSeconds, event: AuditEvent): Promise<void> {
  const withdraw = db
    .prepare('UPDATE signing_keys SET withdrawn_at = ? WHERE kid = ? AND withdrawn_at IS NULL')
    .bind(now, kid)
  await reach('D1', () => db.batch([withdraw, auditStatement(db, event)]))
}

const listedRow = z
  .object({
    kid: z.string(),
    alg: z.enum(ALGORITHMS),
    shard: z.string(),
    created_at: z.number(),
    signs_from: z.number(),
    state: z.enum(['signing', 'published', 'retired', 'withdrawn']),
  })
  .transform(({ created_at: createdAt, signs_from: signsFrom, ...row }) => ({ ...row, createdAt, signsFrom }))
export type ListedKey = z.output<typeof listedRow>

/** The newest first, also those that are over. Of a shard's unretired keys the oldest signs and the other waits. */
export async function listKeys(db: D1Database): Promise<ListedKey[]> {
  const statement = db.prepare(
    `SELECT kid, alg, shard, created_at, signs_from,
            CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN retired_at IS NOT NULL THEN 'retired'
                 WHEN row_number() OVER (PARTITION BY alg, shard, retired_at IS NULL AND withdrawn_at IS NULL
                                         ORDER BY created_at, rowid) = 1 THEN 'signing' ELSE 'published' END AS state
       FROM signing_keys ORDER BY created_at DESC, kid`,
  )
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => listedRow.parse(row))
}

/** For the hourly clean-up: nothing that these keys signed can still be valid. */
export async function deleteExpiredKeys(db: D1Database, now: EpochSeconds): Promise<void> {
  await reach('D1', () => db.prepare('DELETE FROM signing_keys WHERE published_until <= ?').bind(now).run())
}
