import type { Context, MiddlewareHandler } from 'hono'
import { findSession, isOperator, signedInWithin } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { listMemberships } from '../organizations/organizations-store.ts'
import { checkForm } from '../pages/check-form.ts'
import type { Navigation, Section } from '../pages/layout.tsx'
import { readFields } from '../pages/read-fields.ts'
import { signInPath } from '../pages/return-to.ts'
import type { Caller } from './caller.ts'
import { isUnsafe } from './origin.ts'
import { RECENT_SIGN_IN_SECONDS } from './recent-sign-in.ts'

export type Visitor = Extract<Caller, { via: 'session' }>

/** Of the pages that know who visits. What an unsafe request sent is in `fields`. */
export interface PageEnv {
  Bindings: AppEnv['Bindings']
  Variables: AppEnv['Variables'] & { caller: Visitor; fields: URLSearchParams }
}

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
  const memberships = await listMemberships(c.env.DB, session.accountId)
  c.set('caller', { via: 'session', accountId: session.accountId, memberships, session })
  await next()
}

/** For the routes that create credentials: an old sign-in is renewed first, and the page asked for is shown again. */
export function requireRecentVisitor(pageOf: (url: URL) => string): MiddlewareHandler<PageEnv> {
  return async function recentSignInRequired(c, next) {
    const { session } = c.get('caller')
    if (signedInWithin(session, RECENT_SIGN_IN_SECONDS, currentTime())) return next()
    const returnTo = pageOf(new URL(c.req.url))
    return c.redirect(signInPath('/sign-in', { returnTo, switchAccount: true }), 303)
  }
}

export function navigation(c: Context<PageEnv>, section: Section): Navigation {
  const { session } = c.get('caller')
  return { section, email: session.email, operator: isOperator(c.get('config'), session) }
}

function returnPath(address: string): string {
  const { pathname, search } = new URL(address)
  return pathname + search
}
