import { type Context, Hono } from 'hono'
import { findApp } from '../../../apps/apps-store.ts'
import { listScopes } from '../../../catalog/catalog-store.ts'
import { currentTime } from '../../../lib/clock.ts'
import { findDecision } from '../../../organizations/decisions-store.ts'
import { getPolicy } from '../../../organizations/policy-store.ts'
import { askerOf } from '../../kit/asker.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { problemsOf } from '../../kit/form-problems.ts'
import { formatCursor } from '../../kit/pagination.ts'
import type { PageEnv } from '../../kit/visitor.ts'
import { decide, listMembers, type OwnOrganization, requirePermission, withdrawDecision } from '../actions.ts'
import { requireOwn } from '../require-own.ts'
import { newDecision } from '../schemas.ts'
import { readReachingApp, readReachingGrants, walkInventory } from './actions.ts'
import { toGrantPosition } from './api.ts'
import { reachingAppPage } from './app.tsx'
import { limitableScopes, readLimits, readShown, toApprovalChoice } from './approval-form.ts'
import { inventoryCsv } from './csv.ts'
import { personPage } from './person.tsx'

const GRANTS_SHOWN = 50
const PERSON_GRANTS_SHOWN = 200

/** One app of an organization's inventory, and one person's apps. */
export const inventoryPages = new Hono<PageEnv>()

inventoryPages.get('/organizations/:slug/apps.csv', async (c) => {
  const { organization } = await requireOwn(c)
  requirePermission(askerOf(c), organization.id, 'see-inventory')
  const query = { sort: 'name', search: null, state: null, verified: null } as const
  c.header('Content-Type', 'text/csv; charset=utf-8; header=present')
  c.header('Content-Disposition', `attachment; filename="${organization.slug}-apps.csv"`)
  return c.body(inventoryCsv(walkInventory(askerOf(c), organization.id, query)))
})

inventoryPages.get('/organizations/:slug/apps/:client_id', async (c) => showApp(c, await requireOwn(c), []))

inventoryPages.post('/organizations/:slug/apps/:client_id', async (c) => {
  const own = await requireOwn(c)
  try {
    await decideByForm(c, own)
  } catch (error) {
    return showApp(c, own, Object.values(problemsOf(error)).flat())
  }
  return c.redirect(`/organizations/${own.organization.slug}/apps/${c.req.param('client_id')}`, 303)
})

inventoryPages.get('/organizations/:slug/people/:account_id', async (c) => {
  const { organization, role } = await requireOwn(c)
  const accountId = c.req.param('account_id')
  const page = { after: null, limit: PERSON_GRANTS_SHOWN }
  const { items: grants } = await readReachingGrants(askerOf(c), organization.id, { accountId }, page)
  const members = await listMembers(askerOf(c), organization.id)
  const member = members.find((candidate) => candidate.accountId === accountId)
  if (!member && grants.length === 0) return c.notFound()
  return personPage(c, { own: { organization, role }, member, grants })
})

async function decideByForm(c: Context<PageEnv>, { organization }: OwnOrganization): Promise<unknown> {
  const fields = c.get('fields')
  const clientId = c.req.param('client_id') ?? ''
  const decision = fields.get('decision')
  if (decision === 'none') return withdrawDecision(askerOf(c), organization.id, clientId)
  const note = fields.get(decision === 'blocked' ? 'block_note' : 'note')?.trim() || null
  if (decision === 'blocked') {
    return decide(askerOf(c), organization.id, clientId, parseBody(newDecision, { decision, note }))
  }
  const body = parseBody(newDecision, { decision, note, ...readLimits(fields) })
  return decide(askerOf(c), organization.id, clientId, body, readShown(fields))
}

async function showApp(
  c: Context<PageEnv>,
  { organization, role }: OwnOrganization,
  problems: readonly string[],
): Promise<Response> {
  const clientId = c.req.param('client_id') ?? ''
  const cursor = c.req.query('cursor')
  const asker = askerOf(c)
  const item = await readReachingApp(asker, organization.id, clientId)
  const page = { after: cursor === undefined ? null : toGrantPosition(cursor), limit: GRANTS_SHOWN }
  const [{ items: grants, next }, decision, app, catalogue, policy] = await Promise.all([
    readReachingGrants(asker, organization.id, { clientId }, page),
    findDecision(c.env.DB, organization.id, clientId),
    findApp(c.env.DB, clientId),
    listScopes(c.env.DB, c.get('config').issuer),
    getPolicy(c.env.DB, organization.id),
  ])
  const nextCursor = next && formatCursor([next.lastUsedAt, next.grantId])
  return reachingAppPage(c, {
    own: { organization, role },
    app,
    item,
    decision,
    choice: toApprovalChoice(limitableScopes(app, catalogue), decision, policy, currentTime()),
    grants,
    nextCursor,
    problems,
  })
}
