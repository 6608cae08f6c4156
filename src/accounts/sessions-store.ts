import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import type { SignInMethod } from './sessions.ts'

export interface SessionRow {
  account_id: string
  email: string
  suspended_at: number | null
  signed_in_at: number
  method: SignInMethod
  proved_email: string | null
  last_seen_at: number
}

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
  return db
    .prepare(
      `INSERT INTO sessions
         (id_hash, account_id, signed_in_at, method, proved_email, last_seen_at, expires_at, user_agent)
       VALUES (?1, ?2, ?3, ?4, ?5, ?3, ?6, ?7)
       ON CONFLICT (id_hash) DO NOTHING`,
    )
    .bind(
      session.idHash,
      session.accountId,
      session.now,
      session.method,
      session.provedEmail,
      session.expiresAt,
      session.userAgent,
    )
}

export function findSessionRow(db: D1Database, idHash: string, now: EpochSeconds): Promise<SessionRow | null> {
  return reach('D1', () =>
    db
      .prepare(
        `SELECT sessions.account_id, accounts.email, accounts.suspended_at, sessions.signed_in_at, sessions.method,
                sessions.proved_email, sessions.last_seen_at
           FROM sessions JOIN accounts ON accounts.id = sessions.account_id
          WHERE sessions.id_hash = ? AND sessions.expires_at > ?`,
      )
      .bind(idHash, now)
      .first<SessionRow>(),
  )
}

/** Idle expiry has the resolution of `last_seen_at`: an hour. */
export async function touchSession(db: D1Database, idHash: string, now: EpochSeconds, expiresAt: EpochSeconds) {
  await reach('D1', () =>
    db
      .prepare('UPDATE sessions SET last_seen_at = ?, expires_at = ? WHERE id_hash = ?')
      .bind(now, expiresAt, idHash)
      .run(),
  )
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

/** The newest first. */
export async function listSessions(db: D1Database, accountId: string): Promise<ListedSession[]> {
  const statement = db
    .prepare(
      `SELECT signed_in_at AS signedInAt, method, last_seen_at AS lastSeenAt, expires_at AS expiresAt,
              user_agent AS userAgent
         FROM sessions WHERE account_id = ? ORDER BY signed_in_at DESC`,
    )
    .bind(accountId)
  return (await reach('D1', () => statement.all<ListedSession>())).results
}

export function deleteSessionStatement(db: D1Database, idHash: string): D1PreparedStatement {
  return db.prepare('DELETE FROM sessions WHERE id_hash = ?').bind(idHash)
}

export function deleteSessionsOfAccountStatement(db: D1Database, accountId: string): D1PreparedStatement {
  return db.prepare('DELETE FROM sessions WHERE account_id = ?').bind(accountId)
}

export async function deleteExpiredSessions(db: D1Database, now: EpochSeconds): Promise<void> {
  await reach('D1', () => db.prepare('DELETE FROM sessions WHERE expires_at <= ?').bind(now).run())
}
