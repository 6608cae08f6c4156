import type { Context } from 'hono'
import { type Account, findAccountByEmail, insertAccountStatement } from '../accounts/accounts-store.ts'
import { hashSessionSecret, SESSION_COOKIE, SESSION_COOKIE_TTL_SECONDS } from '../accounts/sessions.ts'
import { deleteSessionStatement, insertSessionStatement } from '../accounts/sessions-store.ts'
import { auditStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import type { AppEnv } from '../env.ts'
import { PageError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import { hostCookie, readCookie } from '../lib/cookies.ts'
import { randomBase64Url, randomId } from '../lib/random.ts'
import { isUniqueViolation, reach } from '../lib/storage.ts'
import { personalOrganization } from '../organizations/organizations-store.ts'

const MAX_USER_AGENT_LENGTH = 200

/** Signs in whoever proved the address: the session's id is new, and what this browser had before ends. */
export async function startSession(c: Context<AppEnv>, email: string): Promise<string> {
  const account = (await findAccountByEmail(c.env.DB, email)) ?? (await createAccount(c, email))
  if (account.suspended) {
    throw new PageError(403, 'This account is suspended.', 'Ask whoever runs this service for the reason.')
  }
  const secret = randomBase64Url(32)
  const now = currentTime()
  const session = insertSessionStatement(c.env.DB, {
    idHash: await hashSessionSecret(secret),
    accountId: account.id,
    method: 'email_code',
    provedEmail: email,
    userAgent: (c.req.header('User-Agent') ?? '').slice(0, MAX_USER_AGENT_LENGTH),
    now,
    expiresAt: now + c.get('config').sessionIdleTtlSeconds,
  })
  const event = newAuditEvent({ event: 'session.signed_in', at: now, actor: account.id, accountId: account.id })
  const former = await endFormerSession(c)
  await reach('D1', () => c.env.DB.batch([...former, session, auditStatement(c.env.DB, event)]))
  return hostCookie(SESSION_COOKIE, secret, SESSION_COOKIE_TTL_SECONDS)
}

/** The cookie is about to be overwritten: nobody could sign out of that session any more. */
async function endFormerSession(c: Context<AppEnv>): Promise<D1PreparedStatement[]> {
  const secret = readCookie(c.req.raw, SESSION_COOKIE)
  return secret ? [deleteSessionStatement(c.env.DB, await hashSessionSecret(secret))] : []
}

/** An account comes with its personal organization, or not at all. */
async function createAccount(c: Context<AppEnv>, email: string): Promise<Account> {
  const account = { id: randomId('acc'), email }
  const now = currentTime()
  const statements = [
    insertAccountStatement(c.env.DB, account, now),
    ...personalOrganization(c.env.DB, account, now).statements,
  ]
  try {
    await reach('D1', () => c.env.DB.batch(statements))
    return { ...account, suspended: false }
  } catch (error) {
    // Two browsers proved the same new address at once; the other one was first.
    const other = isUniqueViolation(error) ? await findAccountByEmail(c.env.DB, email) : undefined
    if (other) return other
    throw error
  }
}
