import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { type AppSecret, MAX_LIVE_SECRETS } from './secret.ts'

const secretRow = z
  .object({
    id: z.string(),
    client_id: z.string(),
    name: z.string(),
    created_at: z.number(),
    expires_at: z.number().nullable(),
    last_used_at: z.number().nullable(),
  })
  .transform(
    (row): AppSecret => ({
      id: row.id,
      clientId: row.client_id,
      name: row.name,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      lastUsedAt: row.last_used_at,
    }),
  )

/** Oldest first. The hash stays in the database. */
export async function listLiveSecrets(db: D1Database, clientId: string, now: EpochSeconds): Promise<AppSecret[]> {
  const statement = db
    .prepare(
      `SELECT id, client_id, name, created_at, expires_at, last_used_at FROM app_secrets
        WHERE client_id = ? AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
        ORDER BY rowid`,
    )
    .bind(clientId, now)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => secretRow.parse(row))
}

/** Inserts nothing when the app is gone or has its two secrets: counted and written in one statement. */
export function insertSecretStatement(db: D1Database, secret: AppSecret, hash: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO app_secrets (id, client_id, name, secret_hash, created_at, expires_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6
        WHERE EXISTS (SELECT 1 FROM apps WHERE client_id = ?2 AND deleted_at IS NULL)
          AND (SELECT count(*) FROM app_secrets
                WHERE client_id = ?2 AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?5)) < ?7`,
    )
    .bind(secret.id, secret.clientId, secret.name, hash, secret.createdAt, secret.expiresAt, MAX_LIVE_SECRETS)
}

export function deleteSecretStatement(
  db: D1Database,
  { clientId, secretId }: { clientId: string; secretId: string },
  now: EpochSeconds,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE app_secrets SET deleted_at = ?3
        WHERE id = ?1 AND client_id = ?2 AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)`,
    )
    .bind(secretId, clientId, now)
}

/** For the batch that deletes the app; does nothing when that did nothing. */
export function deleteSecretsStatement(db: D1Database, clientId: string, now: EpochSeconds): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE app_secrets SET deleted_at = ?2
        WHERE client_id = ?1 AND deleted_at IS NULL
          AND EXISTS (SELECT 1 FROM apps WHERE client_id = ?1 AND deleted_at IS NOT NULL)`,
    )
    .bind(clientId, now)
}

/** Called after the answer, at most once an hour for each secret. */
export async function noteSecretUsed(db: D1Database, secretId: string, now: EpochSeconds): Promise<void> {
  await reach('D1', () => db.prepare('UPDATE app_secrets SET last_used_at = ? WHERE id = ?').bind(now, secretId).run())
}
