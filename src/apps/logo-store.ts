import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { LOGO_TYPES, type Logo } from './logo.ts'

/** An upload whose app was not written after all is deleted after that. */
const UNUSED_SECONDS = 86_400

const logoRow = z
  .object({
    hash: z.string(),
    content_type: z.enum(LOGO_TYPES),
    // D1 returns a BLOB as a list of numbers.
    bytes: z.array(z.number()),
  })
  .transform((row): Logo => ({ hash: row.hash, contentType: row.content_type, bytes: Uint8Array.from(row.bytes) }))

/** For the batch that writes the app; the same picture of two apps is one row. */
export function insertLogoStatement(db: D1Database, logo: Logo, now: EpochSeconds): D1PreparedStatement {
  return db
    .prepare('INSERT OR IGNORE INTO logos (hash, content_type, bytes, created_at) VALUES (?, ?, ?, ?)')
    .bind(logo.hash, logo.contentType, logo.bytes, now)
}

export async function findLogo(db: D1Database, hash: string): Promise<Logo | undefined> {
  const statement = db.prepare('SELECT hash, content_type, bytes FROM logos WHERE hash = ?').bind(hash)
  const row = await reach('D1', () => statement.first())
  return row ? logoRow.parse(row) : undefined
}

/** Pictures that no app shows any more. */
export async function deleteUnusedLogos(db: D1Database, now: EpochSeconds): Promise<void> {
  const statement = db
    .prepare(
      `DELETE FROM logos WHERE created_at <= ?
          AND NOT EXISTS (SELECT 1 FROM apps WHERE logo_hash = logos.hash AND deleted_at IS NULL)`,
    )
    .bind(now - UNUSED_SECONDS)
  await reach('D1', () => statement.run())
}
