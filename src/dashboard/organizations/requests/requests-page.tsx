import { type Context, Hono } from 'hono'
import { safeReturnTo } from '../../../accounts/return-to.ts'
import { findApps } from '../../../apps/apps-store.ts'
import { listScopes } from '../../../catalog/catalog-store.ts'
import { currentTime } from '../../../lib/clock.ts'
import type { AccessRequest } from '../../../organizations/access-request.ts'
import { findDecisions } from '../../../organizations/decisions-store.ts'
import { may } from '../../../organizations/organization.ts'
import { getPolicy } from '../../../organizations/policy-store.ts'
import { Problems } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { formStatus } from '../../kit/form-problems.ts'
import { submit } from '../../kit/submit.ts'
import type { OwnOrganization } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import { limitableScopes, readLimits, readShown, toApprovalChoice } from '../inventory/approval-form.ts'
import type { OrganizationEnv } from '../require-own.ts'
import { decideAccessRequest, listAccessRequests } from './actions.ts'
import { AnsweredRequest, OpenRequest, type RequestItem } from './request-item.tsx'
import { accessRequestDecision } from './schemas.ts'

interface RequestsView {
  own: OwnOrganization
  open: readonly RequestItem[]
  /** Of the next page of open ones; null: there is none. */
  nextCursor: string | null
  answered: readonly RequestItem[]
  /** Whether the visitor has just asked, and where they came from. */
  asked: boolean
  returnTo: string | undefined
  problems: readonly string[]
}

const OPEN_SHOWN = 20
const MAX_ANSWERED_SHOWN = 20

/** What members asked for; administrators answer. */
export const requestsPage = new Hono<OrganizationEnv>()

requestsPage.get(SITE.organization.requests, async (c) => show(c, c.get('own')))

requestsPage.post(SITE.organization.request, async (c) => {
  const own = c.get('own')
  const { id, slug } = own.organization
  const fields = c.get('fields')
  const answer = { decision: fields.get('decision'), note: fields.get('note')?.trim() || null }
  return submit(c, {
    act: () => {
      const limits = answer.decision === 'approved' && readLimits(fields)
      const decision = parseBody(accessRequestDecision, { ...answer, ...limits })
      return decideAccessRequest(actionContext(c), id, c.req.param('request_id'), decision, readShown(fields))
    },
    done: pathTo(SITE.organization.requests, slug),
    refused: (problems) => show(c, own, Object.values(problems).flat()),
  })
})

async function show(
  c: Context<OrganizationEnv>,
  own: OwnOrganization,
  problems: readonly string[] = [],
): Promise<Response> {
  const { id } = own.organization
  const latest = { limit: MAX_ANSWERED_SHOWN }
  const [{ items: open, nextCursor }, approved, declined] = await Promise.all([
    listAccessRequests(actionContext(c), id, { state: 'open', cursor: c.req.query('cursor'), limit: OPEN_SHOWN }),
    listAccessRequests(actionContext(c), id, { state: 'approved', ...latest }),
    listAccessRequests(actionContext(c), id, { state: 'declined', ...latest }),
  ])
  const answered = [...approved.items, ...declined.items]
    .sort((a, b) => (b.decidedAt ?? 0) - (a.decidedAt ?? 0))
    .slice(0, MAX_ANSWERED_SHOWN)
  const toItem = await readItems(c, id, [...open, ...answered])
  const asked = c.req.query('asked') !== undefined
  const returnTo = safeReturnTo(c.req.query('return_to'), c.get('config').issuer)
  const items = { open: open.map(toItem), answered: answered.map(toItem) }
  const view = { own, ...items, nextCursor, asked, returnTo, problems }
  return htmlPage(c, <Requests {...view} />, formStatus(problems, 409))
}

/** Each request with its app, and with what the form of an approval begins with. */
async function readItems(c: Context<OrganizationEnv>, organizationId: string, requests: readonly AccessRequest[]) {
  const clientIds = [...new Set(requests.map(({ clientId }) => clientId))]
  const [apps, decisions, policy, catalogue] = await Promise.all([
    findApps(c.env.DB, clientIds),
    findDecisions(c.env.DB, organizationId, clientIds),
    getPolicy(c.env.DB, organizationId),
    listScopes(c.env.DB, c.get('config').issuer),
  ])
  const now = currentTime()
  return (request: AccessRequest): RequestItem => {
    const app = apps.get(request.clientId)
    const decision = decisions.get(request.clientId)
    return { request, app, choice: toApprovalChoice(limitableScopes(app, catalogue), decision, policy, now) }
  }
}

function Requests({ own, open, nextCursor, answered, asked, returnTo, problems }: RequestsView) {
  const title = may(own.role, 'decide-apps') ? 'Requests for apps' : 'Your requests for apps'
  return (
    <OrganizationFrame own={own} tab="requests" title={title}>
      <h2>{title}</h2>
      {asked && <JustAsked returnTo={returnTo} />}
      <Problems id="form-problem" texts={problems} />
      <section>
        <h2>Open</h2>
        {open.length === 0 && <p class="detail">Nobody waits for an answer.</p>}
        {open.map((item) => (
          <OpenRequest item={item} own={own} />
        ))}
        {nextCursor && (
          <p>
            <a href={`${pathTo(SITE.organization.requests, own.organization.slug)}?cursor=${nextCursor}`}>
              Older requests
            </a>
          </p>
        )}
      </section>
      {answered.length > 0 && (
        <section>
          <h2>Answered</h2>
          <ul class="rows">
            {answered.map((item) => (
              <AnsweredRequest {...item} />
            ))}
          </ul>
        </section>
      )}
    </OrganizationFrame>
  )
}

function JustAsked({ returnTo }: { returnTo: string | undefined }) {
  return (
    <p class="notice" role="status">
      Your request was sent. You get the answer by e-mail.{' '}
      {returnTo && <a href={returnTo}>Back to what the app asked for</a>}
    </p>
  )
}
