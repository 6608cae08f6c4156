import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'

/** How long a repeated creation is recognized. */
export const IDEMPOTENCY_TTL_SECONDS = 86_400

/** A creation that may be sent again: by whom, under which key, and of what. Key and request are hashes. */
export interface IdempotentRequest {
  accountId: string
  keyHash: string
  requestHash: string
}

export interface KnownRequest {
  requestHash: string
  clientId: string
}

export async function findKnownRequest(
  db: D1Database,
  { accountId, keyHash }: IdempotentRequest,
  now: EpochSeconds,
): Promise<KnownRequest | undefined> {
  const row = await reach('D1', () =>
    db
      .prepare(
        `SELECT request_hash, client_id FROM idempotency_keys
          WHERE account_id = ? AND key_hash = ? AND created_at > ?`,
      )
      .bind(accountId, keyHash, now - IDEMPOTENCY_TTL_SECONDS)
      .first<{ request_hash: string; client_id: string }>(),
  )
  return row ? { requestHash: row.request_hash, clientId: row.client_id } : undefined
}

/** For the batch that creates the app: the key is taken with it, or the whole batch fails on the key. No app, no key. */
export function takeKeyStatements(
  db: D1Database,
  { accountId, keyHash, requestHash }: IdempotentRequest,
  clientId: string,
  now: EpochSeconds,
): D1PreparedStatement[] {
  return [
    db
      .prepare('DELETE FROM idempotency_keys WHERE account_id = ? AND key_hash = ? AND created_at <= ?')
      .bind(accountId, keyHash, now - IDEMPOTENCY_TTL_SECONDS),
    db
      .prepare(
        `INSERT INTO idempotency_keys (account_id, key_hash, request_hash, client_id, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM apps WHERE client_id = ?4)`,
      )
      .bind(accountId, keyHash, requestHash, clientId, now),
  ]
}

export async function deleteOldKeys(db: D1Database, now: EpochSeconds): Promise<void> {
  const statement = db.prepare('DELETE FROM idempotency_keys WHERE created_at <= ?')
  await reach('D1', () => statement.bind(now - IDEMPOTENCY_TTL_SECONDS).run())
}
