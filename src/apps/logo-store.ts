import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { first, run, statement } from '../lib/d1.ts'
import { LOGO_TYPES, type Logo } from './logo.ts'

/** An upload whose app was not written after all is deleted after that. */
const UNUSED_SECONDS = 86_400

const logoRow = camelKeys(
  z.object({
    hash: z.string(),
    content_type: z.enum(LOGO_TYPES),
    // D1 returns a BLOB as a list of numbers.
    bytes: z.array(z.number()).transform((bytes) => Uint8Array.from(bytes)),
  }),
)

/** For the batch that writes the app; the same picture of two apps is one row. */
export function insertLogoStatement(db: D1Database, logo: Logo, now: EpochSeconds): D1PreparedStatement {
  const sql = 'INSERT OR IGNORE INTO logos (hash, content_type, bytes, created_at) VALUES (?, ?, ?, ?)'
  return statement(db, sql, [logo.hash, logo.contentType, logo.bytes, now])
}

export async function findLogo(db: D1Database, hash: string): Promise<Logo | undefined> {
  return first(db, logoRow, 'SELECT hash, content_type, bytes FROM logos WHERE hash = ?', [hash])
}

/** Pictures that no app shows any more. */
export async function deleteUnusedLogos(db: D1Database, now: EpochSeconds): Promise<void> {
  await run(
    db,
    `DELETE FROM logos WHERE created_at <= ?
        AND NOT EXISTS (SELECT 1 FROM apps WHERE logo_hash = logos.hash AND deleted_at IS NULL)`,
    [now - UNUSED_SECONDS],
  )
}
