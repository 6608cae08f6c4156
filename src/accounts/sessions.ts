import type { Bindings, Config } from '../env.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { readCookie } from '../lib/cookies.ts'
import { sha256 } from '../lib/encoding.ts'
import { findSessionRow, type SessionRow, type SignInMethod, touchSession } from './sessions-store.ts'

/** A browser in which somebody signed in. */
export interface Session {
  idHash: string
  accountId: string
  email: string
  signedInAt: EpochSeconds
  method: SignInMethod
  /** The address that this session itself proved by our own code. */
  provedEmail: string | null
  /** Goes into our forms: only a page that this session was shown knows it. */
  formToken: string
}

/** As `lib/cookies.ts` spells it. */
export const SESSION_COOKIE = 'postern-session'
/** Of a browser on its way in, until it has a session. */
export const SIGN_IN_COOKIE = 'postern-sign-in'
/** As long as browsers keep any cookie (RFC 6265bis §5.5): D1 decides when an idle session ends, not the cookie. */
export const SESSION_COOKIE_TTL_SECONDS = 400 * 86_400
const TOUCH_SECONDS = 3600

/** The session of a request, with one D1 read; a suspended account has none. */
export async function findSession(
  env: Bindings,
  config: Config,
  request: Request,
  now: EpochSeconds,
): Promise<Session | undefined> {
  const secret = readCookie(request, SESSION_COOKIE, config)
  if (!secret) return undefined
  const idHash = await hashSessionSecret(secret)
  const row = await findSessionRow(env.DB, idHash, now)
  if (!row || row.suspendedAt !== null) return undefined
  if (now - row.lastSeenAt >= TOUCH_SECONDS) {
    await touchSession(env.DB, idHash, now, sessionEnd(config, row.signedInAt, now))
  }
  return toSession(idHash, await sha256(`postern form\n${secret}`), row)
}

/** When a session ends that is used now: idle for too long, or too long after its sign-in. */
export function sessionEnd(
  { sessionIdleTtlSeconds, sessionMaxTtlSeconds }: Config,
  signedInAt: EpochSeconds,
  now: EpochSeconds,
): EpochSeconds {
  return Math.min(now + sessionIdleTtlSeconds, signedInAt + sessionMaxTtlSeconds)
}

export function hashSessionSecret(secret: string): Promise<string> {
  return sha256(secret)
}

function toSession(idHash: string, formToken: string, row: SessionRow): Session {
  return {
    idHash,
    accountId: row.accountId,
    email: row.email,
    signedInAt: row.signedInAt,
    method: row.method,
    provedEmail: row.provedEmail,
    formToken,
  }
}

/** An operator proved, in this very session, an address that the deployment lists. */
export function isOperator(config: Config, session: Session): boolean {
  return session.provedEmail !== null && config.operatorEmails.includes(session.provedEmail)
}

/** How recent a sign-in must be for what outlives the session. */
export const RECENT_SIGN_IN_SECONDS = 15 * 60

export function signedInWithin(session: Session, seconds: number, now: EpochSeconds): boolean {
  return now - session.signedInAt <= seconds
}
