import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'

export interface Account {
  id: string
  email: string
  suspended: boolean
}

export async function findAccountByEmail(db: D1Database, email: string): Promise<Account | undefined> {
  const row = await reach('D1', () =>
    db
      .prepare('SELECT id, email, suspended_at FROM accounts WHERE email = ?')
      .bind(email)
      .first<{ id: string; email: string; suspended_at: number | null }>(),
  )
  return row ? { id: row.id, email: row.email, suspended: row.suspended_at !== null } : undefined
}

export function insertAccountStatement(
  db: D1Database,
  account: { id: string; email: string },
  now: EpochSeconds,
): D1PreparedStatement {
  return db
    .prepare('INSERT INTO accounts (id, email, created_at) VALUES (?, ?, ?)')
    .bind(account.id, account.email, now)
}
