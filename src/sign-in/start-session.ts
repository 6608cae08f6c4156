import type { Context } from 'hono'
import { type Account, findAccountByEmail, insertAccountStatement } from '../accounts/accounts-store.ts'
import type { SignInAttempt } from '../accounts/email-code.ts'
import { rememberBrowser } from '../accounts/known-browser.ts'
import { hashSessionSecret, SESSION_COOKIE, SESSION_COOKIE_TTL_SECONDS, sessionEnd } from '../accounts/sessions.ts'
import { deleteSessionStatement, insertSessionStatement } from '../accounts/sessions-store.ts'
import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import type { AppEnv } from '../env.ts'
import { PageError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import { readCookie, writeCookie } from '../lib/cookies.ts'
import { batch } from '../lib/d1.ts'
import { hmacSha256 } from '../lib/encoding.ts'
import { randomId } from '../lib/random.ts'
import { isUniqueViolation } from '../lib/storage.ts'
import { personalOrganization } from '../organizations/organizations-store.ts'

const MAX_USER_AGENT_LENGTH = 200

/**
 * Signs in whoever proved the address: the session's id is new, and what this browser had before ends. The secret of the
 * session follows from what was proved, so that the same form sent twice is one session, and both answers carry it.
 */
export async function startSession(
  c: Context<AppEnv>,
  { email, browserSecret }: SignInAttempt,
  nonce: string,
): Promise<void> {
  const config = c.get('config')
  const account = (await findAccountByEmail(c.env.DB, email)) ?? (await createAccount(c, email))
  if (account.suspended) {
    throw new PageError(403, 'This account is suspended.', 'Ask whoever runs this service for the reason.')
  }
  const secret = await hmacSha256(config.emailCodeSecret, `session\n${nonce}\n${browserSecret}`)
  const idHash = await hashSessionSecret(secret)
  const now = currentTime()
  const session = insertSessionStatement(c.env.DB, {
    idHash,
    accountId: account.id,
    method: 'email_code',
    provedEmail: email,
    userAgent: (c.req.header('User-Agent') ?? '').slice(0, MAX_USER_AGENT_LENGTH),
    now,
    expiresAt: sessionEnd(config, now, now),
  })
  const event = newAuditEvent({ event: 'session.signed_in', at: now, actor: account.id, accountId: account.id })
  const former = await endFormerSession(c, idHash)
  await batch(c.env.DB, [...former, session, auditIfChangedStatement(c.env.DB, event)])
  const cookie = { name: SESSION_COOKIE, value: secret, maxAgeSeconds: SESSION_COOKIE_TTL_SECONDS }
  c.header('Set-Cookie', writeCookie(cookie, config), { append: true })
  c.header('Set-Cookie', await rememberBrowser(config, c.req.raw, email), { append: true })
}

/** The cookie is about to be overwritten: nobody could sign out of that session any more. */
async function endFormerSession(c: Context<AppEnv>, idHash: string): Promise<D1PreparedStatement[]> {
  const secret = readCookie(c.req.raw, SESSION_COOKIE, c.get('config'))
  const former = secret && (await hashSessionSecret(secret))
  return former && former !== idHash ? [deleteSessionStatement(c.env.DB, former)] : []
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
    await batch(c.env.DB, statements)
    return { ...account, suspended: false }
  } catch (error) {
    // Two browsers proved the same new address at once; the other one was first.
    const other = isUniqueViolation(error) ? await findAccountByEmail(c.env.DB, email) : undefined
    if (other) return other
    throw error
  }
}
