import type { Context, MiddlewareHandler } from 'hono'
import { checkForm } from '../../accounts/check-form.ts'
import { signInPath } from '../../accounts/return-to.ts'
import { findSession, isOperator, type Session } from '../../accounts/sessions.ts'
import type { AppEnv } from '../../env.ts'
import { ApiError } from '../../errors.ts'
import { currentTime } from '../../lib/clock.ts'
import { readCookie } from '../../lib/cookies.ts'
import { listMemberships } from '../../organizations/organizations-store.ts'
import { readFields } from '../../ui/read-fields.ts'
import { surround } from '../../ui/surroundings.ts'
import { isRecent } from './acts.ts'
import { SITE } from './addresses.ts'
import { announcing, UNTOLD_COOKIE } from './announce.ts'
import type { PageEnv } from './api-env.ts'
import { keepUntilConfirmed } from './confirmation.ts'
import { isUnsafe } from './origin.ts'
import { sentOnce } from './sent-once.ts'

/**
 * Leads strangers to the sign-in page and back; takes forms only from a page that this session was shown. Several
 * files guard the same paths: who was asked once is not asked again.
 */
export const requireVisitor: MiddlewareHandler<PageEnv> = async (c, next) => {
  if (c.get('caller')) return next()
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  if (!session) return c.redirect(signInPath('/sign-in', { returnTo: returnPath(c.req.url) }), 303)
  if (isUnsafe(c.req)) {
    const fields = await readFields(c.req.raw)
    checkForm(c, session, fields.get('form_token'))
    c.set('fields', fields)
  }
  surroundWith(c, session)
  const memberships = await listMemberships(c.env.DB, session.accountId)
  c.set('caller', { via: 'session', accountId: session.accountId, memberships, session })
  return announcing(c, () =>
    sentOnce(c, async () => {
      await next()
      if (c.error instanceof ApiError && c.error.problem === 'sign-in-too-old') await answerInstead(c)
    }),
  )
}

/** The person confirms that it is them, and finds what they sent as they sent it. */
async function answerInstead(c: Context<PageEnv>): Promise<void> {
  const returnTo = await keepUntilConfirmed(c.env, {
    accountId: c.get('caller').accountId,
    path: returnPath(c.req.url),
    fields: [...c.get('fields')].filter(([name]) => name !== 'form_token'),
  })
  const location = signInPath('/sign-in', { returnTo, confirm: true })
  c.res = new Response(null, { status: 303, headers: { Location: location } })
}

/** For pages that only operators see: an old sign-in is renewed before anything is shown. Acts ask for themselves. */
export const requireRecentVisitor: MiddlewareHandler<PageEnv> = async (c, next) => {
  if (isUnsafe(c.req) || isRecent(c.get('caller'), currentTime())) return next()
  return c.redirect(signInPath('/sign-in', { returnTo: returnPath(c.req.url), confirm: true }), 303)
}

/** Where a signed-in person can go; what only operators see is left out for others. */
const SECTIONS = [
  { href: SITE.apps.list, title: 'Apps' },
  { href: SITE.connections.list, title: 'Connections' },
  { href: SITE.organizations, title: 'Organizations' },
  { href: SITE.account.overview, title: 'Account' },
]
const OPERATOR_SECTION = { href: SITE.operator.overview, title: 'Operator' }

/** Pages that are shown in answer to this request are those of this session. */
export function surroundWith(c: Pick<Context<AppEnv>, 'req' | 'get'>, session: Session): void {
  surround(c.req.raw, {
    sections: isOperator(c.get('config'), session) ? [...SECTIONS, OPERATOR_SECTION] : SECTIONS,
    who: session.email,
    formToken: session.formToken,
    path: c.req.path,
    holdsSoon: readCookie(c.req.raw, UNTOLD_COOKIE, c.get('config')) !== undefined,
  })
}

function returnPath(address: string): string {
  const { pathname, search } = new URL(address)
  return pathname + search
}
