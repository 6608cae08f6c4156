import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, first, run, statement } from '../lib/d1.ts'

const SIGN_IN_METHODS = ['email_code', 'passkey', 'upstream'] as const
export type SignInMethod = (typeof SIGN_IN_METHODS)[number]

const sessionRow = camelKeys(
  z.object({
    account_id: z.string(),
    email: z.string(),
    suspended_at: z.number().nullable(),
    signed_in_at: z.number(),
    method: z.enum(SIGN_IN_METHODS),
    proved_email: z.string().nullable(),
    last_seen_at: z.number(),
  }),
)
export type SessionRow = z.output<typeof sessionRow>

interface NewSession {
  idHash: string
  accountId: string
  method: SignInMethod
  provedEmail: string | null
  userAgent: string
  now: EpochSeconds
  expiresAt: EpochSeconds
}

/** Changes nothing when the session is there already. */
export function insertSessionStatement(db: D1Database, session: NewSession): D1PreparedStatement {
  return statement(
    db,
    // A trigger ignores it for an account that was erased.
    `INSERT INTO sessions
       (id_hash, account_id, signed_in_at, method, proved_email, last_seen_at, expires_at, user_agent)
     VALUES (?1, ?2, ?3, ?4, ?5, ?3, ?6, ?7)
     ON CONFLICT (id_hash) DO NOTHING`,
    [
      session.idHash,
      session.accountId,
      session.now,
      session.method,
      session.provedEmail,
      session.expiresAt,
      session.userAgent,
    ],
  )
}

export function findSessionRow(db: D1Database, idHash: string, now: EpochSeconds): Promise<SessionRow | undefined> {
  return first(
    db,
    sessionRow,
    `SELECT sessions.account_id, accounts.email, accounts.suspended_at, sessions.signed_in_at, sessions.method,
            sessions.proved_email, sessions.last_seen_at
       FROM sessions JOIN accounts ON accounts.id = sessions.account_id
      WHERE sessions.id_hash = ? AND sessions.expires_at > ?`,
    [idHash, now],
  )
}

/** Idle expiry has the resolution of `last_seen_at`: an hour. */
export async function touchSession(db: D1Database, idHash: string, now: EpochSeconds, expiresAt: EpochSeconds) {
  await run(db, 'UPDATE sessions SET last_seen_at = ?, expires_at = ? WHERE id_hash = ?', [now, expiresAt, idHash])
}

/** A session as the person may see it: no id, which would be a credential, and no hash of one. */
export interface ListedSession {
  signedInAt: EpochSeconds
  method: SignInMethod
  /** To the hour. */
  lastSeenAt: EpochSeconds
  expiresAt: EpochSeconds
  userAgent: string
}

const listedRow = z.object({
  signedInAt: z.number(),
  method: z.enum(SIGN_IN_METHODS),
  lastSeenAt: z.number(),
  expiresAt: z.number(),
  userAgent: z.string(),
})

/** The newest first. */
export async function listSessions(db: D1Database, accountId: string): Promise<ListedSession[]> {
  return all(
    db,
    listedRow,
    `SELECT signed_in_at AS signedInAt, method, last_seen_at AS lastSeenAt, expires_at AS expiresAt,
            user_agent AS userAgent
       FROM sessions WHERE account_id = ? ORDER BY signed_in_at DESC`,
    [accountId],
  )
}

export function deleteSessionStatement(db: D1Database, idHash: string): D1PreparedStatement {
  return statement(db, 'DELETE FROM sessions WHERE id_hash = ?', [idHash])
}

export function deleteSessionsOfAccountStatement(db: D1Database, accountId: string): D1PreparedStatement {
  return statement(db, 'DELETE FROM sessions WHERE account_id = ?', [accountId])
}

export async function deleteExpiredSessions(db: D1Database, now: EpochSeconds): Promise<void> {
  await run(db, 'DELETE FROM sessions WHERE expires_at <= ?', [now])
}
