import { type Context, Hono } from 'hono'
import { safeReturnTo } from '../../../accounts/return-to.ts'
import { findApps } from '../../../apps/apps-store.ts'
import { listScopes } from '../../../catalog/catalog-store.ts'
import { currentTime } from '../../../lib/clock.ts'
import type { AccessRequest, RequestState } from '../../../organizations/access-request.ts'
import { findOpenRequest, type RequestPosition } from '../../../organizations/access-requests-store.ts'
import { listDeciders } from '../../../organizations/deciders-store.ts'
import { findDecisions } from '../../../organizations/decisions-store.ts'
import { getPolicy } from '../../../organizations/policy-store.ts'
import { askerOf } from '../../kit/asker.ts'
import { parseBody } from '../../kit/field-errors.ts'
import type { FieldProblems } from '../../kit/form-problems.ts'
import { problemsOf } from '../../kit/form-problems.ts'
import type { PageEnv } from '../../kit/visitor.ts'
import type { OwnOrganization } from '../actions.ts'
import { limitableScopes, readLimits, readShown, toApprovalChoice } from '../inventory/approval-form.ts'
import { requireOwn } from '../require-own.ts'
import { answerRequest, askForAccess, findRefusal, readRequests } from './actions.ts'
import { formatRequestPosition, toRequestPosition } from './api.ts'
import { askPage } from './ask.tsx'
import { type RequestItem, requestsPage } from './requests.tsx'
import { accessRequestDecision, newAccessRequest } from './schemas.ts'

const OPEN_SHOWN = 20
const MAX_ANSWERED_SHOWN = 20
const DECIDERS_SHOWN = 3

/** Members ask for an app that the organization does not let in; administrators answer. */
export const accessRequestPages = new Hono<PageEnv>()

accessRequestPages.get('/organizations/:slug/requests', async (c) => showRequests(c, await requireOwn(c), []))

accessRequestPages.get('/organizations/:slug/requests/new', async (c) => {
  const { client_id: clientId = '', return_to: returnTo } = c.req.query()
  return showAsking(c, { clientId, returnTo })
})

accessRequestPages.post('/organizations/:slug/requests/new', async (c) => {
  const { organization } = await requireOwn(c)
  const fields = c.get('fields')
  const clientId = fields.get('client_id') ?? ''
  const reason = fields.get('reason') ?? ''
  const returnTo = safeReturnTo(fields.get('return_to'), c.get('config').issuer)
  try {
    const asker = { ...askerOf(c), caller: c.get('caller') }
    await askForAccess(asker, organization.id, parseBody(newAccessRequest, { client_id: clientId, reason }))
  } catch (error) {
    return showAsking(c, { clientId, returnTo, reason, problems: problemsOf(error) })
  }
  const query = new URLSearchParams({ asked: '1', ...(returnTo && { return_to: returnTo }) })
  return c.redirect(`/organizations/${organization.slug}/requests?${query}`, 303)
})

accessRequestPages.post('/organizations/:slug/requests/:request_id', async (c) => {
  const own = await requireOwn(c)
  const fields = c.get('fields')
  const answer = { decision: fields.get('decision'), note: fields.get('note')?.trim() || null }
  const { organization } = own
  const requestId = c.req.param('request_id')
  try {
    const limits = answer.decision === 'approved' && readLimits(fields)
    const decision = parseBody(accessRequestDecision, { ...answer, ...limits })
    await answerRequest(askerOf(c), organization.id, requestId, decision, readShown(fields))
  } catch (error) {
    return showRequests(c, own, Object.values(problemsOf(error)).flat())
  }
  return c.redirect(`/organizations/${own.organization.slug}/requests`, 303)
})

async function showRequests(
  c: Context<PageEnv>,
  { organization, role }: OwnOrganization,
  problems: readonly string[],
): Promise<Response> {
  const cursor = c.req.query('cursor')
  const after = cursor === undefined ? null : toRequestPosition(cursor)
  const list = (state: RequestState, page: { after: RequestPosition | null; limit: number }) =>
    readRequests(askerOf(c), organization.id, state, page)
  const latest = { after: null, limit: MAX_ANSWERED_SHOWN }
  const [{ items: open, next }, approved, declined, catalogue] = await Promise.all([
    list('open', { after, limit: OPEN_SHOWN }),
    list('approved', latest),
    list('declined', latest),
    listScopes(c.env.DB, c.get('config').issuer),
  ])
  const answered = [...approved.items, ...declined.items].sort((a, b) => (b.decidedAt ?? 0) - (a.decidedAt ?? 0))
  const now = currentTime()
  const clientIds = [...new Set([...open, ...answered].map(({ clientId }) => clientId))]
  const [apps, decisions, policy] = await Promise.all([
    findApps(c.env.DB, clientIds),
    findDecisions(c.env.DB, organization.id, clientIds),
    getPolicy(c.env.DB, organization.id),
  ])
  const toItem = (request: AccessRequest): RequestItem => {
    const app = apps.get(request.clientId)
    const decision = decisions.get(request.clientId)
    return { request, app, choice: toApprovalChoice(limitableScopes(app, catalogue), decision, policy, now) }
  }
  return requestsPage(c, {
    organization,
    role,
    open: open.map(toItem),
    nextCursor: next && formatRequestPosition(next),
    answered: answered.slice(0, MAX_ANSWERED_SHOWN).map(toItem),
    asked: c.req.query('asked') !== undefined,
    returnTo: safeReturnTo(c.req.query('return_to'), c.get('config').issuer),
    problems,
  })
}

interface Asking {
  clientId: string
  returnTo: string | undefined
  reason?: string
  problems?: FieldProblems
}

/** What was asked for before can be said better; the authorization in progress waits behind a link. */
async function showAsking(c: Context<PageEnv>, { clientId, returnTo, reason, problems = {} }: Asking) {
  const { organization } = await requireOwn(c)
  const { id: organizationId } = organization
  const { accountId } = c.get('caller')
  const { app, refusal } = await findRefusal(askerOf(c), organizationId, clientId)
  const [former, deciders] = await Promise.all([
    findOpenRequest(c.env.DB, { organizationId, clientId, accountId }),
    listDeciders(c.env.DB, [organizationId], DECIDERS_SHOWN),
  ])
  return askPage(c, {
    organization,
    app,
    refusal,
    deciders: deciders.get(organizationId) ?? [],
    again: former !== undefined,
    reason: reason ?? former?.reason ?? '',
    returnTo: safeReturnTo(returnTo, c.get('config').issuer),
    problems,
  })
}
