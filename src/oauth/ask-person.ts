import type { Context } from 'hono'
import { signInPath } from '../accounts/return-to.ts'
import { RECENT_SIGN_IN_SECONDS, type Session, signedInWithin } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { type AuthorizationRequest, checkMembership, isStranger } from './authorization-request.ts'
import { redirectResponse } from './authorization-response.ts'
import { type ConsentState, showConsent } from './consent.ts'
import { ENDPOINTS } from './endpoints.ts'
import { explainPrivateApp } from './private-app.ts'

/** What must hold before anything is granted without a page. Undefined: this session may be asked. */
export function leadElsewhere(
  c: Context<AppEnv>,
  request: AuthorizationRequest,
  session: Session,
  search: string,
  now: EpochSeconds,
): Response | Promise<Response> | undefined {
  if (isTooOldFor(request, session, now)) return toSignIn(request, search, { confirm: true })
  if (mustSignInAgain(request, session, now)) return toSignIn(request, search)
  if (isStranger(request) && !request.prompt.has('none')) return explainPrivateApp(c, request, session, search)
  checkMembership(request)
  return undefined
}

/** The consent page, for whoever may be asked in this session. */
export async function askAgain(
  c: Context<AppEnv>,
  request: AuthorizationRequest,
  session: Session,
  { search, now, state }: { search: string; now: EpochSeconds; state: ConsentState },
): Promise<Response> {
  return leadElsewhere(c, request, session, search, now) ?? showConsent(c, request, session, search, state)
}

function mustSignInAgain(request: AuthorizationRequest, session: Session, now: EpochSeconds): boolean {
  const { prompt, maxAgeSeconds } = request
  if (prompt.has('login') || prompt.has('select_account')) return true
  return maxAgeSeconds !== undefined && now - session.signedInAt > maxAgeSeconds
}

/** Whoever finds a browser signed in must not leave an app behind that manages this service in their name. */
export function isTooOldFor(
  { scopes, resource, target }: AuthorizationRequest,
  session: Session,
  now: EpochSeconds,
): boolean {
  const ours = resource.startsWith(`${target.issuer}/api/`) && scopes.some(({ sensitive }) => sensitive)
  return ours && !signedInWithin(session, RECENT_SIGN_IN_SECONDS, now)
}

/** What asked for the sign-in is fulfilled by it, and left out of the request that follows. */
export function toSignIn(request: AuthorizationRequest, search: string, { confirm = false } = {}): Response {
  if (request.prompt.has('none')) throw new ProtocolError('login_required', 'interaction_needed')
  const query = new URLSearchParams(search)
  const rest = [...request.prompt].filter((value) => value !== 'login' && value !== 'select_account')
  query.delete('prompt')
  query.delete('max_age')
  if (rest.length > 0) query.set('prompt', rest.join(' '))
  const returnTo = `${ENDPOINTS.authorization.path}?${query}`
  return redirectResponse(signInPath('/sign-in', { returnTo, switchAccount: true, confirm }))
}
