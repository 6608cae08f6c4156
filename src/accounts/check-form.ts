import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { PageError } from '../errors.ts'
import { equalInConstantTime } from '../lib/encoding.ts'
import type { Session } from './sessions.ts'

/** Any context of ours, whatever else it knows. */
type Asked = Pick<Context<AppEnv>, 'req' | 'get'>

/**
 * Where a form came from, as far as the browser says it. Under `Referrer-Policy: no-referrer` browsers send
 * `Origin: null` with a form, even to the page's own origin (Fetch §3.1). Then `Sec-Fetch-Site` says it, which no page
 * can set; older browsers do not send that one, and some filters remove one of them or both
 * (docs/decisions/006-origin-null.md).
 */
export function originOf(c: Asked): 'own' | 'foreign' | 'unknown' {
  const origin = c.req.header('Origin') ?? 'null'
  if (origin !== 'null') return origin === c.get('config').issuer ? 'own' : 'foreign'
  const fetchSite = c.req.header('Sec-Fetch-Site') ?? 'none'
  if (fetchSite === 'none') return 'unknown'
  return fetchSite === 'same-origin' ? 'own' : 'foreign'
}

/** Refuses a form that comes from elsewhere. Where the browser says nothing, the token in the form must tell. */
export function checkOrigin(c: Asked): void {
  if (originOf(c) === 'foreign') throw foreignForm()
}

export function isFormOf(session: Session, formToken: string | null): boolean {
  return matches(formToken, session.formToken)
}

/** A form may only come from one of our own pages, and only from one that was shown to this very session. */
export function checkForm(c: Asked, session: Session, formToken: string | null): void {
  checkOrigin(c)
  if (isFormOf(session, formToken)) return
  throw new PageError(403, 'This page belongs to another sign-in.', 'Open it again and send it once more.')
}

/** Before there is a session: what the browser says, or else the token that only a page of ours shown to it holds. */
export function checkFormBeforeSignIn(c: Asked, formToken: string | null, expected: string | undefined): void {
  checkOrigin(c)
  if (originOf(c) === 'own' || (expected !== undefined && matches(formToken, expected))) return
  throw new PageError(
    403,
    'Nothing says that this form was sent from our own page.',
    'Open the page again and send it from there. If that does not help, something between your browser and us ' +
      'removes what tells it, the Origin header: switch it off for this site, or use another browser.',
  )
}

function foreignForm(): PageError {
  return new PageError(403, 'This form was not sent from our own page.', 'Open the page again and send it from there.')
}

function matches(given: string | null, expected: string): boolean {
  return given !== null && equalInConstantTime(given, expected)
}
