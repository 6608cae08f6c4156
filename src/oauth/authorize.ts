import type { Context } from 'hono'
import { findSession, type Session } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import {
  type AuthorizationRequest,
  checkAuthorizationRequest,
  checkMembership,
  isStranger,
  refusingTo,
} from './authorization-request.ts'
import { redirectResponse } from './authorization-response.ts'
import { showConsent } from './consent.ts'
import { answerConsent } from './consent-answer.ts'
import { ENDPOINTS } from './endpoints.ts'
import { readFormBody } from './form.ts'
import { issueCode } from './issue-code.ts'
import { notingAuthorizationRefusals } from './noting-refusals.ts'
import { explainPrivateApp } from './private-app.ts'
import { findSkip } from './skip.ts'

/** GET /authorize (RFC 6749 §3.1): to the sign-in page, to the consent page, or straight back to the app. */
export async function authorize(c: Context<AppEnv>): Promise<Response> {
  const now = currentTime()
  const { search } = new URL(c.req.url)
  const session = await findSession(c.env, c.get('config'), c.req.raw, now)
  const accountId = session?.accountId ?? null
  const request = await notingAuthorizationRefusals(c, search, () =>
    checkAuthorizationRequest(c.env, c.get('config'), search, accountId, now),
  )
  return refusingTo(request.target, async () => {
    if (!session || mustSignInAgain(request, session, now)) return toSignIn(request, search)
    if (isStranger(request) && !request.prompt.has('none')) return explainPrivateApp(c, request, session, search)
    checkMembership(request)
    const skip = await findSkip(c, request, now)
    if (skip) return issueCode(c, request, session, skip)
    if (request.prompt.has('none')) throw new ProtocolError('consent_required', 'interaction_needed')
    return showConsent(c, request, session, search)
  })
}

/**
 * POST /authorize: the answer to our consent page, or an authorization request that was posted. The latter comes
 * from elsewhere and without our cookies, so the browser repeats it as GET.
 */
export async function authorizeByPost(c: Context<AppEnv>): Promise<Response> {
  const form = await readFormBody(c.req.raw)
  if (form.has('consent')) return answerConsent(c, form)
  return redirectResponse(`${ENDPOINTS.authorization_endpoint}?${form}`)
}

function mustSignInAgain(
  { prompt, maxAgeSeconds }: AuthorizationRequest,
  session: Session,
  now: EpochSeconds,
): boolean {
  if (prompt.has('login') || prompt.has('select_account')) return true
  return maxAgeSeconds !== undefined && now - session.signedInAt > maxAgeSeconds
}

/** What asked for the sign-in is fulfilled by it, and left out of the request that follows. */
function toSignIn(request: AuthorizationRequest, search: string): Response {
  if (request.prompt.has('none')) throw new ProtocolError('login_required', 'interaction_needed')
  const query = new URLSearchParams(search)
  const rest = [...request.prompt].filter((value) => value !== 'login' && value !== 'select_account')
  query.delete('prompt')
  query.delete('max_age')
  if (rest.length > 0) query.set('prompt', rest.join(' '))
  const returnTo = `${ENDPOINTS.authorization_endpoint}?${query}`
  return redirectResponse(`/sign-in?${new URLSearchParams({ return_to: returnTo, switch: '1' })}`)
}
