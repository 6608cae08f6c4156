import type { Context } from 'hono'
import type { Session } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { PageError } from '../errors.ts'
import { equalInConstantTime } from '../lib/encoding.ts'

/** Any context of ours, whatever else it knows. */
type Asked = Pick<Context<AppEnv>, 'req' | 'get'>

/** A form may only come from one of our own pages. A missing Origin is refused: every browser sends it with a POST. */
export function checkOrigin(c: Asked): void {
  if (isOwnOrigin(c)) return
  throw new PageError(403, 'This form was not sent from our own page.', 'Open the page again and send it from there.')
}

/**
 * Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with a form, even to the page's own origin
 * (Fetch §3.1). Then `Sec-Fetch-Site` says it, which no page can set (docs/decisions/006-origin-null.md).
 */
function isOwnOrigin(c: Asked): boolean {
  const origin = c.req.header('Origin')
  return origin === c.get('config').issuer || (origin === 'null' && c.req.header('Sec-Fetch-Site') === 'same-origin')
}

export function isFormOf(session: Session, formToken: string | null): boolean {
  return formToken !== null && equalInConstantTime(formToken, session.formToken)
}

/** And only from one that was shown to this very session. */
export function checkForm(c: Asked, session: Session, formToken: string | null): void {
  checkOrigin(c)
  if (isFormOf(session, formToken)) return
  throw new PageError(403, 'This page belongs to another sign-in.', 'Open it again and send it once more.')
}
