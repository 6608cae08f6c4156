import type { Context } from 'hono'
import { findSession, type Session } from '../accounts/sessions.ts'
import type { AppEnv } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { leadElsewhere, toSignIn } from './ask-person.ts'
import { checkAuthorizationRequest, refusingTo } from './authorization-request.ts'
import { AuthorizationRefusal, redirectResponse } from './authorization-response.ts'
import { destinationOf, showConsent } from './consent.ts'
import { answerConsent } from './consent-answer.ts'
import { ENDPOINTS } from './endpoints.ts'
import { readFormBody } from './form.ts'
import { issueCode } from './issue-code.ts'
import { heldRefusalPage } from './mistaken-request-page.tsx'
import { notingAuthorizationRefusals } from './noting-refusals.ts'
import { findSkip } from './skip-consent.ts'
import { mayRedirect } from './trust.ts'

/** GET /authorize (RFC 6749 §3.1): to the sign-in page, to the consent page, or straight back to the app. */
export async function authorize(c: Context<AppEnv>): Promise<Response> {
  const now = currentTime()
  const session = await findSession(c.env, c.get('config'), c.req.raw, now)
  try {
    return await answerRequest(c, session, now)
  } catch (error) {
    if (error instanceof AuthorizationRefusal) return answerRefusal(c, error, session)
    throw error
  }
}

async function answerRequest(c: Context<AppEnv>, session: Session | undefined, now: EpochSeconds): Promise<Response> {
  const { search } = new URL(c.req.url)
  const accountId = session?.accountId ?? null
  const request = await notingAuthorizationRefusals(c, search, () =>
    checkAuthorizationRequest(c.env, c.get('config'), search, accountId, now),
  )
  return refusingTo(request.target, async () => {
    if (!session) return toSignIn(request, search)
    const elsewhere = leadElsewhere(c, request, session, search, now)
    if (elsewhere) return elsewhere
    const skip = await findSkip(c, request, now)
    if (skip) return issueCode(c, request, session, skip)
    if (request.prompt.has('none')) throw new ProtocolError('consent_required', 'interaction_needed')
    return showConsent(c, request, session, search)
  })
}

/** Nobody has done anything yet: a link, or a page that we know nothing of, brought the browser here. */
async function answerRefusal(
  c: Context<AppEnv>,
  refusal: AuthorizationRefusal,
  session: Session | undefined,
): Promise<Response> {
  if (await mayRedirect(c.env, refusal, session?.accountId)) return redirectResponse(refusal.location)
  return heldRefusalPage(c, {
    title: refusal.description,
    backHref: refusal.location,
    destination: destinationOf(refusal.target.redirectUri),
    code: `${refusal.code}: ${refusal.reason}`,
    status: refusal.code === 'temporarily_unavailable' ? 503 : 400,
  })
}

/**
 * POST /authorize: the answer to our consent page, or an authorization request that was posted. The latter comes
 * from elsewhere and without our cookies, so the browser repeats it as GET.
 */
export async function authorizeByPost(c: Context<AppEnv>): Promise<Response> {
  const form = await readFormBody(c.req.raw)
  if (form.has('consent')) return answerConsent(c, form)
  return redirectResponse(`${ENDPOINTS.authorization.path}?${form}`)
}
