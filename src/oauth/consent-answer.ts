import type { Context } from 'hono'
import { findSession, type Session } from '../accounts/sessions.ts'
import { auditStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import { TransactionEnded } from '../engine/consent-transaction.ts'
import type { AppEnv } from '../env.ts'
import { PageError, REASONS } from '../errors.ts'
import { mayReach } from '../grants/present.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { checkForm } from '../pages/check-form.ts'
import {
  type AuthorizationRequest,
  checkAuthorizationRequest,
  checkMembership,
  refusingTo,
} from './authorization-request.ts'
import { AuthorizationRefusal, redirectResponse } from './authorization-response.ts'
import { needsOrganization, showConsent } from './consent.ts'
import { type PendingConsent, takeConsent } from './consent-transaction.ts'
import { issueCode, type Permission } from './issue-code.ts'

/** POST /authorize from the consent page. Everything is checked again: minutes may have passed. */
export async function answerConsent(c: Context<AppEnv>, form: URLSearchParams): Promise<Response> {
  const now = currentTime()
  const session = await findSession(c.env, c.get('config'), c.req.raw, now)
  if (!session) throw startAgain()
  checkForm(c, session, form.get('form_token'))
  const { carried, headers } = await requireConsent(c, form.get('consent') ?? '')
  if (carried.sessionHash !== session.idHash) throw startAgain()
  const request = await checkAuthorizationRequest(c.env, c.get('config'), carried.search, session.accountId, now)
  return refusingTo(request.target, async () => {
    checkMembership(request)
    if (form.get('decision') !== 'allow') return deny(c, request, session, headers)
    const permission = readPermission(request, form, now)
    if (!permission.ok && permission.refusedBy) await recordRefusal(c, request, session, permission.refusedBy)
    if (!permission.ok) return showConsent(c, request, session, carried.search, permission.problem)
    return issueCode(c, request, session, permission, headers)
  })
}

async function requireConsent(
  c: Context<AppEnv>,
  handle: string,
): Promise<{ carried: PendingConsent; headers: Headers }> {
  try {
    return await takeConsent(c, handle)
  } catch (error) {
    if (error instanceof TransactionEnded) throw startAgain()
    throw error
  }
}

function startAgain(): PageError {
  return new PageError(400, REASONS.transaction_ended, 'Nothing was granted.')
}

/** The engine's headers clear the cookie of the page that was just answered. */
async function deny(
  c: Context<AppEnv>,
  { app, target }: AuthorizationRequest,
  { accountId }: Session,
  headers: Headers,
): Promise<Response> {
  const event = newAuditEvent({
    event: 'consent.denied',
    at: currentTime(),
    actor: accountId,
    accountId,
    clientId: app.clientId,
  })
  await reach('D1', () => auditStatement(c.env.DB, event).run())
  return redirectResponse(
    new AuthorizationRefusal(target, 'access_denied', 'access_denied_by_person').location,
    headers,
  )
}

/** Their administrators see that somebody wanted to let the app in. */
async function recordRefusal(
  c: Context<AppEnv>,
  { app }: AuthorizationRequest,
  { accountId }: Session,
  organizations: readonly string[],
): Promise<void> {
  const who = { at: currentTime(), actor: accountId, accountId, clientId: app.clientId }
  const event = newAuditEvent({ event: 'consent.refused', ...who, organizations })
  await reach('D1', () => auditStatement(c.env.DB, event).run())
}

type PermissionOrProblem = ({ ok: true } & Permission) | { ok: false; problem: string; refusedBy?: readonly string[] }

/** What the person ticked, as far as it was offered; never more than was asked for. */
function readPermission(request: AuthorizationRequest, form: URLSearchParams, now: EpochSeconds): PermissionOrProblem {
  const ticked = new Set(form.getAll('scope'))
  const allowed = request.scopes.filter(({ name }) => request.app.scopes.includes(name) || ticked.has(name))
  const scopes = allowed.map((scope) => scope.name)
  if (scopes.length === 0) return { ok: false, problem: 'Choose at least one permission, or deny the request.' }
  if (!needsOrganization({ ...request, scopes: allowed })) return { ok: true, scopes, organizations: [] }
  const chosen = [...new Set(form.getAll('organization'))]
  if (chosen.length === 0) return { ok: false, problem: 'Choose at least one organization.' }
  const refused = chosen.filter((id) => !mayReach(id, request.context.present, now))
  if (refused.length > 0) {
    const refusedBy = refused.filter((id) => isMember(id, request))
    return { ok: false, problem: 'One of the organizations does not allow this app any more.', refusedBy }
  }
  return { ok: true, scopes, organizations: chosen }
}

/** Whoever names an organization that is not theirs leaves no trace in its log. */
function isMember(organizationId: string, { context }: AuthorizationRequest): boolean {
  return context.present.memberships.some((membership) => membership.organizationId === organizationId)
}
