import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { first, statement } from '../lib/d1.ts'

export interface Account {
  id: string
  email: string
  suspended: boolean
}

const accountRow = camelKeys(
  z.object({ id: z.string(), email: z.string(), suspended_at: z.number().nullable() }),
).transform(({ suspendedAt, ...account }) => ({ ...account, suspended: suspendedAt !== null }))

export async function findAccountByEmail(db: D1Database, email: string): Promise<Account | undefined> {
  return first(db, accountRow, 'SELECT id, email, suspended_at FROM accounts WHERE email = ?', [email])
}

const livingRow = z.object({ id: z.string(), email: z.string(), createdAt: z.number() })

/** One that was not erased. */
export async function findLivingAccount(
  db: D1Database,
  id: string,
): Promise<{ id: string; email: string; createdAt: EpochSeconds } | undefined> {
  return first(
    db,
    livingRow,
    'SELECT id, email, created_at AS createdAt FROM accounts WHERE id = ? AND erased_at IS NULL',
    [id],
  )
}

export function insertAccountStatement(
  db: D1Database,
  account: { id: string; email: string },
  now: EpochSeconds,
): D1PreparedStatement {
  const sql = 'INSERT INTO accounts (id, email, created_at) VALUES (?, ?, ?)'
  return statement(db, sql, [account.id, account.email, now])
}
