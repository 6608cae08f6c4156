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

/** One that was not erased. */
export async function findLivingAccount(
  db: D1Database,
  id: string,
): Promise<{ id: string; email: string; createdAt: EpochSeconds } | undefined> {
  const statement = db
    .prepare('SELECT id, email, created_at AS createdAt FROM accounts WHERE id = ? AND erased_at IS NULL')
    .bind(id)
  return (await reach('D1', () => statement.first<{ id: string; email: string; createdAt: number }>())) ?? undefined
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
