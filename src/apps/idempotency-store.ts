import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { first, run, statement } from '../lib/d1.ts'

/** How long a repeated creation is recognized. */
export const IDEMPOTENCY_TTL_SECONDS = 86_400

/** A creation that may be sent again: by whom, under which key, and of what. Key and request are hashes. */
export interface IdempotentRequest {
  accountId: string
  keyHash: string
  requestHash: string
}

const knownRow = camelKeys(z.object({ request_hash: z.string(), client_id: z.string() }))
export type KnownRequest = z.output<typeof knownRow>

export async function findKnownRequest(
  db: D1Database,
  { accountId, keyHash }: IdempotentRequest,
  now: EpochSeconds,
): Promise<KnownRequest | undefined> {
  return first(
    db,
    knownRow,
    'SELECT request_hash, client_id FROM idempotency_keys WHERE account_id = ? AND key_hash = ? AND created_at > ?',
    [accountId, keyHash, now - IDEMPOTENCY_TTL_SECONDS],
  )
}

/** For the batch that creates the app: the key is taken with it, or the whole batch fails on the key. No app, no key. */
export function takeKeyStatements(
  db: D1Database,
  { accountId, keyHash, requestHash }: IdempotentRequest,
  clientId: string,
  now: EpochSeconds,
): D1PreparedStatement[] {
  return [
    statement(db, 'DELETE FROM idempotency_keys WHERE account_id = ? AND key_hash = ? AND created_at <= ?', [
      accountId,
      keyHash,
      now - IDEMPOTENCY_TTL_SECONDS,
    ]),
    statement(
      db,
      `INSERT INTO idempotency_keys (account_id, key_hash, request_hash, client_id, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM apps WHERE client_id = ?4)`,
      [accountId, keyHash, requestHash, clientId, now],
    ),
  ]
}

export async function deleteOldKeys(db: D1Database, now: EpochSeconds): Promise<void> {
  await run(db, 'DELETE FROM idempotency_keys WHERE created_at <= ?', [now - IDEMPOTENCY_TTL_SECONDS])
}
