import type { z } from '@hono/zod-openapi'
import { getMailer } from '../../../accounts/mail.ts'
import { allowMailOf } from '../../../accounts/mail-limits.ts'
import type { App } from '../../../apps/app.ts'
import { ApiError } from '../../../errors.ts'
import { type OrganizationRefusal, refusalOf } from '../../../grants/effective-access.ts'
import { type ConsentContext, findConsentContext } from '../../../ledger/consent-context-store.ts'
import { currentTime } from '../../../lib/clock.ts'
import { type AccessRequest, MAX_ASKED } from '../../../organizations/access-request.ts'
import * as requests from '../../../organizations/access-requests-store.ts'
import { declineRequest, putRequest } from '../../../organizations/ask-for-access.ts'
import { listDeciders } from '../../../organizations/deciders-store.ts'
import { may } from '../../../organizations/organization.ts'
import { requireMembership } from '../../kit/access.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { checkAct } from '../../kit/acts.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import type { Caller, Visitor } from '../../kit/api-env.ts'
import { formatCursor, type Listed, parseCursor, toPage } from '../../kit/pagination.ts'
import { actingIn, decide, requirePermission } from '../actions.ts'
import { requestMail } from './mails.ts'
import type { accessRequestDecision, accessRequestQuery, newAccessRequest } from './schemas.ts'
import { tellRequesters } from './tell-requesters.ts'

/** Those of everybody, for those who decide; for others their own. */
export async function listAccessRequests(
  { env, caller }: ActionContext,
  organizationId: string,
  { state, cursor, limit }: z.output<typeof accessRequestQuery>,
): Promise<Listed<AccessRequest>> {
  const { role } = requireMembership(caller, organizationId)
  const accountId = may(role, 'decide-apps') ? null : caller.accountId
  const page = { after: cursor === undefined ? null : toPosition(cursor), limit: limit + 1 }
  const found = await requests.listAccessRequests(env.DB, { organizationId, accountId, state: state ?? null }, page)
  const { items, next } = toPage(found, limit)
  return { items, nextCursor: next && formatCursor([next.createdAt, next.id]) }
}

function toPosition(cursor: string): requests.RequestPosition {
  const [createdAt, id] = parseCursor(cursor)
  return { createdAt, id }
}

/** An app, and why the organization does not let it in; undefined: it does. */
export async function findRefusal(
  { env, config, caller }: ActionContext,
  organizationId: string,
  clientId: string,
): Promise<{ app: App; refusal: OrganizationRefusal | undefined }> {
  requireMembership(caller, organizationId)
  const now = currentTime()
  const context = await findConsentContext(env.DB, config, clientId, { accountId: caller.accountId })
  if (!context || context.app.deletedAt !== null || isStranger(context, caller)) {
    throw new ApiError('not-found', 'There is no such app.')
  }
  return { app: context.app, refusal: refusalOf(organizationId, context.circumstances, now) }
}

/** By session only: an app that could ask for itself would. */
export async function askForAccess(
  context: ActionContext & { caller: Visitor },
  organizationId: string,
  { client_id: clientId, reason }: z.output<typeof newAccessRequest>,
): Promise<void> {
  const { app, refusal } = await findRefusal(context, organizationId, clientId)
  if (!refusal) throw new ApiError('conflict', 'The organization allows this app. Go back to it and connect it.')
  const post = getMailer(context)
  const asked = await putRequest(actingIn(context, organizationId), { clientId, reason }, currentTime())
  if (asked === 'too_many') {
    throw new ApiError('conflict', 'You have asked for ten apps that nobody decided about yet. Wait for an answer.')
  }
  if (asked === 'again') return
  const deciders = (await listDeciders(context.env.DB, [organizationId], MAX_ASKED)).get(organizationId) ?? []
  const { name: organizationName, slug } = requireMembership(context.caller, organizationId)
  const href = `${context.config.issuer}${pathTo(SITE.organization.requests, slug)}`
  const view = { email: context.caller.session.email, appName: app.clientName, organizationName, reason, href }
  const { accountId } = context.caller
  const allowances = await Promise.all(
    deciders.map((email) => allowMailOf(context.env, accountId, email, currentTime())),
  )
  // The request stands, and who may decide sees it on the page, mailed or not.
  await post(
    'a request for an app',
    allowances.flatMap((allowance) => (allowance.ok ? [requestMail(allowance.to, view)] : [])),
  )
}

export async function decideAccessRequest(
  context: ActionContext,
  organizationId: string,
  requestId: string,
  { decision, note, ...limits }: z.output<typeof accessRequestDecision>,
  shown?: readonly string[],
): Promise<AccessRequest> {
  requirePermission(context, organizationId, 'decide-apps')
  const request = await requireRequest(context, organizationId, requestId)
  if (request.state !== 'open') throw answered()
  checkAct(context.caller, 'decideAccessRequest', request.clientId)
  if (decision === 'approved') {
    await decide(context, organizationId, request.clientId, { decision, note, ...limits }, shown)
  } else {
    const declined = await declineRequest(actingIn(context, organizationId), request, note, currentTime())
    if (!declined) throw answered()
    await tellRequesters(context, organizationId, request.clientId)
  }
  return requireRequest(context, organizationId, requestId)
}

async function requireRequest({ env }: ActionContext, organizationId: string, id: string): Promise<AccessRequest> {
  const request = await requests.findAccessRequest(env.DB, { organizationId, id })
  if (!request) throw new ApiError('not-found', 'There is no such request.')
  return request
}

function answered(): ApiError {
  return new ApiError('conflict', 'Somebody has answered this request already.')
}

/** A private app is for the members of its own organization. */
function isStranger({ app }: ConsentContext, { memberships }: Caller): boolean {
  return (
    app.visibility === 'private' && !memberships.some(({ organizationId }) => organizationId === app.organizationId)
  )
}
