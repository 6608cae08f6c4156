import { type Context, Hono } from 'hono'
import { checkForm } from '../accounts/check-form.ts'
import { findSession, SESSION_COOKIE, type Session } from '../accounts/sessions.ts'
import { deleteSessionStatement, deleteSessionsOfAccountStatement } from '../accounts/sessions-store.ts'
import { auditStatement } from '../audit/audit-store.ts'
import { type AuditEventName, newAuditEvent } from '../audit/events.ts'
import type { AppEnv } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { clearCookie } from '../lib/cookies.ts'
import { batch } from '../lib/d1.ts'
import { readFields } from '../ui/read-fields.ts'
import { clearSignInBrowser } from './sign-in-browser.ts'

export const signOutRoutes = new Hono<AppEnv>()

signOutRoutes.post('/sign-out', (c) =>
  endSessions(c, 'session.signed_out', ({ idHash }) => deleteSessionStatement(c.env.DB, idHash)),
)

/** Every browser of the account; the grants of its apps stay. */
signOutRoutes.post('/sign-out-everywhere', (c) =>
  endSessions(c, 'session.signed_out_everywhere', ({ accountId }) =>
    deleteSessionsOfAccountStatement(c.env.DB, accountId),
  ),
)

async function endSessions(
  c: Context<AppEnv>,
  event: AuditEventName,
  statementFor: (session: Session) => D1PreparedStatement,
): Promise<Response> {
  const now = currentTime()
  const session = await findSession(c.env, c.get('config'), c.req.raw, now)
  if (!session) return c.redirect('/sign-in', 303)
  checkForm(c, session, (await readFields(c.req.raw)).get('form_token'))
  const audit = newAuditEvent({ event, at: now, actor: session.accountId, accountId: session.accountId })
  await batch(c.env.DB, [statementFor(session), auditStatement(c.env.DB, audit)])
  c.header('Set-Cookie', clearCookie(SESSION_COOKIE, c.get('config')))
  // What this browser sent to sign in is not answered once more.
  c.header('Set-Cookie', clearSignInBrowser(c.get('config')), { append: true })
  return c.redirect('/', 303)
}
