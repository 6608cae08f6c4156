import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, statement } from '../lib/d1.ts'
import { type AppSecret, MAX_LIVE_SECRETS } from './secret.ts'

const secretRow = camelKeys(
  z.object({
    id: z.string(),
    client_id: z.string(),
    name: z.string(),
    created_at: z.number(),
    expires_at: z.number().nullable(),
    last_used_at: z.number().nullable(),
  }),
)

/** Oldest first. The hash stays in the database. */
export async function listLiveSecrets(db: D1Database, clientId: string, now: EpochSeconds): Promise<AppSecret[]> {
  return all(
    db,
    secretRow,
    `SELECT id, client_id, name, created_at, expires_at, last_used_at FROM app_secrets
      WHERE client_id = ? AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
      ORDER BY rowid`,
    [clientId, now],
  )
}

/** Inserts nothing when the app is gone or has its two secrets: counted and written in one statement. */
export function insertSecretStatement(db: D1Database, secret: AppSecret, hash: string): D1PreparedStatement {
  return statement(
    db,
    `INSERT INTO app_secrets (id, client_id, name, secret_hash, created_at, expires_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6
      WHERE EXISTS (SELECT 1 FROM apps WHERE client_id = ?2 AND deleted_at IS NULL)
        AND (SELECT count(*) FROM app_secrets
              WHERE client_id = ?2 AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?5)) < ?7`,
    [secret.id, secret.clientId, secret.name, hash, secret.createdAt, secret.expiresAt, MAX_LIVE_SECRETS],
  )
}

export function deleteSecretStatement(
  db: D1Database,
  { clientId, secretId }: { clientId: string; secretId: string },
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE app_secrets SET deleted_at = ?3
      WHERE id = ?1 AND client_id = ?2 AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)`,
    [secretId, clientId, now],
  )
}

/** For the batch that deletes the app; does nothing when that did nothing. */
export function deleteSecretsStatement(db: D1Database, clientId: string, now: EpochSeconds): D1PreparedStatement {
  return statement(
    db,
    `UPDATE app_secrets SET deleted_at = ?2
      WHERE client_id = ?1 AND deleted_at IS NULL
        AND EXISTS (SELECT 1 FROM apps WHERE client_id = ?1 AND deleted_at IS NOT NULL)`,
    [clientId, now],
  )
}

/** To the hour, and later than it happened: where tokens are signed, it is delivered with their count. */
export function secretUsedStatement(db: D1Database, secretId: string, at: EpochSeconds): D1PreparedStatement {
  return statement(db, 'UPDATE app_secrets SET last_used_at = max(coalesce(last_used_at, 0), ?2) WHERE id = ?1', [
    secretId,
    at,
  ])
}
