import { type Context, Hono } from 'hono'
import type { App } from '../../../apps/app.ts'
import { findApp } from '../../../apps/apps-store.ts'
import { listScopes } from '../../../catalog/catalog-store.ts'
import { currentTime } from '../../../lib/clock.ts'
import type { AppDecision } from '../../../organizations/decision.ts'
import { findDecision } from '../../../organizations/decisions-store.ts'
import type { InventoryItem } from '../../../organizations/inventory.ts'
import { getPolicy } from '../../../organizations/policy-store.ts'
import type { ReachingGrant } from '../../../organizations/reaching-grants-store.ts'
import { Problems } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { actionContext } from '../../kit/action-context.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { formStatus } from '../../kit/form-problems.ts'
import { submit } from '../../kit/submit.ts'
import { decide, type OwnOrganization, withdrawDecision } from '../actions.ts'
import { OrganizationFrame } from '../frame.tsx'
import type { OrganizationEnv } from '../require-own.ts'
import { newDecision } from '../schemas.ts'
import { getReachingApp, listReachingGrants } from './actions.ts'
import { Decisions } from './app-decisions.tsx'
import { AppFacts, ScopeTable } from './app-facts.tsx'
import type { ApprovalChoice } from './approval-fields.tsx'
import { limitableScopes, readLimits, readShown, toApprovalChoice } from './approval-form.ts'
import { GrantsTable } from './grants-table.tsx'
import { StateTag } from './state-tag.tsx'

interface ReachingAppView {
  own: OwnOrganization
  app: App | undefined
  item: InventoryItem
  decision: AppDecision | undefined
  choice: ApprovalChoice
  grants: readonly ReachingGrant[]
  /** The next page of grants; null: there is none. */
  nextCursor: string | null
  problems: readonly string[]
}

const GRANTS_SHOWN = 50

/** One app that reaches an organization, or that was decided on. */
export const appPage = new Hono<OrganizationEnv>()

appPage.get(SITE.organization.app, async (c) => {
  return show(c, c.get('own'), c.req.param('client_id'))
})

appPage.post(SITE.organization.app, async (c) => {
  const own = c.get('own')
  const clientId = c.req.param('client_id')
  return submit(c, {
    act: () => decideByForm(c, own, clientId),
    done: pathTo(SITE.organization.app, own.organization.slug, clientId),
    refused: (problems) => show(c, own, clientId, Object.values(problems).flat()),
  })
})

async function decideByForm(c: Context<OrganizationEnv>, { organization }: OwnOrganization, clientId: string) {
  const fields = c.get('fields')
  const decision = fields.get('decision')
  if (decision === 'none') return withdrawDecision(actionContext(c), organization.id, clientId)
  const note = fields.get(decision === 'blocked' ? 'block_note' : 'note')?.trim() || null
  if (decision === 'blocked') {
    return decide(actionContext(c), organization.id, clientId, parseBody(newDecision, { decision, note }))
  }
  const body = parseBody(newDecision, { decision, note, ...readLimits(fields) })
  return decide(actionContext(c), organization.id, clientId, body, readShown(fields))
}

async function show(
  c: Context<OrganizationEnv>,
  own: OwnOrganization,
  clientId: string,
  problems: readonly string[] = [],
): Promise<Response> {
  const { id } = own.organization
  const context = actionContext(c)
  const item = await getReachingApp(context, id, clientId)
  const page = { cursor: c.req.query('cursor'), limit: GRANTS_SHOWN }
  const [{ items: grants, nextCursor }, decision, app, catalogue, policy] = await Promise.all([
    listReachingGrants(context, id, { clientId }, page),
    findDecision(c.env.DB, id, clientId),
    findApp(c.env.DB, clientId),
    listScopes(c.env.DB, c.get('config').issuer),
    getPolicy(c.env.DB, id),
  ])
  const choice = toApprovalChoice(limitableScopes(app, catalogue), decision, policy, currentTime())
  const view = { own, app, item, decision, choice, grants, nextCursor, problems }
  return htmlPage(c, <ReachingApp {...view} />, formStatus(problems))
}

function ReachingApp(view: ReachingAppView) {
  const { own, item, decision, problems } = view
  const path = pathTo(SITE.organization.app, own.organization.slug, item.clientId)
  return (
    <OrganizationFrame own={own} tab="apps" title={item.clientName}>
      <h2>
        {item.clientName} <StateTag item={item} />
      </h2>
      <Problems id="form-problem" texts={problems} />
      <Waiting choice={view.choice} />
      <AppFacts app={view.app} item={item} decision={decision} />
      <p>
        <a href={`${pathTo(SITE.organization.audit, own.organization.slug)}?client_id=${item.clientId}`}>
          In the audit log
        </a>
      </p>
      <ScopeTable item={item} />
      <Decisions action={path} decision={decision} choice={view.choice} />
      <Grants view={view} />
    </OrganizationFrame>
  )
}

/** What it registered later than the approval has to be decided on. */
function Waiting({ choice: { waiting } }: { choice: ApprovalChoice }) {
  if (waiting.length === 0) return null
  return (
    <p class="notice" role="status">
      It has registered {waiting.join(' ')} since you approved it. It does not have that here: approve it anew with what
      you want to allow.
    </p>
  )
}

function Grants({ view: { own, item, grants, nextCursor } }: { view: ReachingAppView }) {
  const { slug } = own.organization
  return (
    <section>
      <h2>Who connected it</h2>
      {grants.length === 0 ? (
        <p class="detail">Nobody.</p>
      ) : (
        <GrantsTable
          label="Who connected it"
          grants={grants}
          heading="Person"
          cell={({ accountId, email }) => <a href={pathTo(SITE.organization.person, slug, accountId)}>{email}</a>}
        />
      )}
      {nextCursor && (
        <p>
          <a href={`${pathTo(SITE.organization.app, slug, item.clientId)}?cursor=${nextCursor}`}>More people</a>
        </p>
      )}
    </section>
  )
}
