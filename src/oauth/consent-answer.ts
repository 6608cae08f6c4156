import type { Context } from 'hono'
import { checkOrigin, isFormOf } from '../accounts/check-form.ts'
import { findSession, type Session } from '../accounts/sessions.ts'
import { auditStatement } from '../audit/audit-store.ts'
import { newRepeatableEvent } from '../audit/events.ts'
import { TransactionEnded } from '../engine/consent-transaction.ts'
import type { AppEnv } from '../env.ts'
import { PageError, REASONS } from '../errors.ts'
import { mayReach } from '../grants/effective-access.ts'
import { answerOnce } from '../lib/answer-once.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import { askAgain, isTooOldFor, toSignIn } from './ask-person.ts'
import {
  type AuthorizationRequest,
  checkAuthorizationRequest,
  checkMembership,
  refusingTo,
} from './authorization-request.ts'
import { AuthorizationRefusal, redirectResponse } from './authorization-response.ts'
import { needsOrganization, showConsent } from './consent.ts'
import type { ConsentChoice, ConsentProblem } from './consent-page.tsx'
import { takeConsent } from './consent-transaction.ts'
import { ENDPOINTS } from './endpoints.ts'
import { type ConsentedAccess, issueCode } from './issue-code.ts'

/**
 * POST /authorize from the consent page. Everything is checked again: minutes may have passed. The page is answered
 * once, and who sends it again gets the same answer: the browser of somebody who clicked twice shows only the last one.
 */
export async function answerConsent(c: Context<AppEnv>, form: URLSearchParams): Promise<Response> {
  checkOrigin(c)
  const session = await findSession(c.env, c.get('config'), c.req.raw, currentTime())
  const token = form.get('consent')
  if (!token || !session || !isFormOf(session, form.get('form_token'))) return leadBack(c, form, session)
  const sent = {
    token,
    session: session.idHash,
    content: `${ENDPOINTS.authorization.path}\n${form}`,
    // As long as the code that it carries: an answer with a code that ended would only fail at the app.
    keepSeconds: c.get('config').authorizationCodeTtlSeconds,
    settles: () => true,
  }
  const surroundings = { env: c.env, waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work) }
  const answer = await answerOnce(surroundings, sent, () => decide(c, form, token, session))
  return answer ?? leadBack(c, form, session)
}

async function decide(c: Context<AppEnv>, form: URLSearchParams, handle: string, session: Session): Promise<Response> {
  const now = currentTime()
  const taken = await takeFor(c, handle, session)
  if (!taken) return leadBack(c, form, session)
  const { search, headers } = taken
  return answeringPerson(c, search, session, now, async (request) => {
    checkMembership(request)
    if (form.get('decision') !== 'allow') return deny(c, request, session, headers)
    if (isTooOldFor(request, session, now)) return toSignIn(request, search, { confirm: true })
    const permission = readPermission(request, form, now)
    if (permission.ok) return issueCode(c, request, session, permission, headers)
    if (permission.refusedBy) await recordRefusal(c, request, session, permission.refusedBy)
    return showConsent(c, request, session, search, { chosen: readChoice(form), problem: permission.problem })
  })
}

/** Undefined: the page expired, was answered before, or belongs to another browser or session. */
async function takeFor(
  c: Context<AppEnv>,
  handle: string,
  session: Session,
): Promise<{ search: string; headers: Headers } | undefined> {
  try {
    const { carried, headers } = await takeConsent(c, handle)
    return carried.sessionHash === session.idHash ? { search: carried.search, headers } : undefined
  } catch (error) {
    if (error instanceof TransactionEnded) return undefined
    throw error
  }
}

/**
 * A page that ended grants nothing, and is no dead end: *Deny* goes to the app as ever, and for anything else the person
 * gets a fresh copy. The page carries its request for that; whoever changes it only asks for something else.
 */
async function leadBack(c: Context<AppEnv>, form: URLSearchParams, session: Session | undefined): Promise<Response> {
  const search = form.get('request')
  if (search === null) throw new PageError(400, REASONS.transaction_ended, 'Nothing was granted.')
  const now = currentTime()
  return answeringPerson(c, search, session, now, async (request) => {
    if (form.get('decision') === 'deny') return redirectResponse(denialOf(request).location)
    if (!session) return toSignIn(request, search)
    const own = isFormOf(session, form.get('form_token'))
    const state = own ? { notice: FRESH_COPY, chosen: readChoice(form) } : { notice: somebodyElse(session) }
    return askAgain(c, request, session, { search, now, state })
  })
}

const FRESH_COPY =
  'The page was open for too long, or you answered it before. This is a fresh copy: sending it again changed nothing.'

function somebodyElse({ email }: Session): string {
  return `You are signed in as ${email} by now. Nothing was granted: choose for this account.`
}

/** What the person did may lead to the app, also with an error and whoever made the app. */
async function answeringPerson(
  c: Context<AppEnv>,
  search: string,
  session: Session | undefined,
  now: EpochSeconds,
  work: (request: AuthorizationRequest) => Promise<Response>,
): Promise<Response> {
  try {
    const accountId = session?.accountId ?? null
    const request = await checkAuthorizationRequest(c.env, c.get('config'), search, accountId, now)
    return await refusingTo(request.target, () => work(request))
  } catch (error) {
    if (error instanceof AuthorizationRefusal) return redirectResponse(error.location)
    throw error
  }
}

function readChoice(form: URLSearchParams): ConsentChoice {
  return { scopes: new Set(form.getAll('scope')), organizations: new Set(form.getAll('organization')) }
}

function denialOf({ target }: AuthorizationRequest): AuthorizationRefusal {
  return new AuthorizationRefusal(target, 'access_denied', 'access_denied_by_person')
}

/** The engine's headers clear the cookie of the page that was just answered. */
async function deny(
  c: Context<AppEnv>,
  request: AuthorizationRequest,
  { accountId }: Session,
  headers: Headers,
): Promise<Response> {
  const event = newRepeatableEvent({
    event: 'consent.denied',
    at: currentTime(),
    actor: accountId,
    accountId,
    clientId: request.app.clientId,
  })
  await batch(c.env.DB, [auditStatement(c.env.DB, event)])
  return redirectResponse(denialOf(request).location, headers)
}

/** Their administrators see that somebody wanted to let the app in. */
async function recordRefusal(
  c: Context<AppEnv>,
  { app }: AuthorizationRequest,
  { accountId }: Session,
  organizations: readonly string[],
): Promise<void> {
  const who = { at: currentTime(), actor: accountId, accountId, clientId: app.clientId }
  const event = newRepeatableEvent({ event: 'consent.refused', ...who, organizations })
  await batch(c.env.DB, [auditStatement(c.env.DB, event)])
}

type PermissionOrProblem =
  | ({ ok: true } & ConsentedAccess)
  | { ok: false; problem: ConsentProblem; refusedBy?: readonly string[] }

const PROBLEMS = {
  noScope: { field: 'scope', text: 'Choose at least one permission, or deny the request.' },
  noOrganization: { field: 'organization', text: 'Choose at least one organization.' },
  organizationRefuses: {
    field: 'organization',
    text: 'One of the organizations does not allow this app any more.',
  },
} as const satisfies Record<string, ConsentProblem>

/** What the person ticked, as far as it was offered; never more than was asked for. */
function readPermission(request: AuthorizationRequest, form: URLSearchParams, now: EpochSeconds): PermissionOrProblem {
  const ticked = new Set(form.getAll('scope'))
  const allowed = request.scopes.filter(({ name }) => request.app.scopes.includes(name) || ticked.has(name))
  const scopes = allowed.map((scope) => scope.name)
  if (scopes.length === 0) return { ok: false, problem: PROBLEMS.noScope }
  if (!needsOrganization({ ...request, scopes: allowed })) return { ok: true, scopes, organizations: [] }
  const chosen = [...new Set(form.getAll('organization'))]
  if (chosen.length === 0) return { ok: false, problem: PROBLEMS.noOrganization }
  const refused = chosen.filter((id) => !mayReach(id, request.context.circumstances, now))
  if (refused.length > 0) {
    const refusedBy = refused.filter((id) => isMember(id, request))
    return { ok: false, problem: PROBLEMS.organizationRefuses, refusedBy }
  }
  return { ok: true, scopes, organizations: chosen }
}

/** Whoever names an organization that is not theirs leaves no trace in its log. */
function isMember(organizationId: string, { context }: AuthorizationRequest): boolean {
  return context.circumstances.memberships.some((membership) => membership.organizationId === organizationId)
}
