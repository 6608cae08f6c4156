import type { AppDecision } from '../../organizations/decision.ts'
import { listDecisions } from '../../organizations/decisions-store.ts'
import type { Member } from '../../organizations/organization.ts'
import { requireMembership } from '../kit/access.ts'
import { askerOf } from '../kit/asker.ts'
import { newApi } from '../kit/route.ts'
import {
  addOrganization,
  decideOn,
  editOrganization,
  editRole,
  endMembership,
  listMembersOf,
  listOwnOrganizations,
  type OwnOrganization,
  requireOwnOrganization,
  undecide,
} from './actions.ts'
import {
  changeOrganizationRoute,
  changeRoleRoute,
  createOrganizationRoute,
  decideRoute,
  listDecisionsRoute,
  listMembersRoute,
  listOrganizationsRoute,
  removeMemberRoute,
  showOrganizationRoute,
  withdrawDecisionRoute,
} from './routes.ts'

/** Organizations, their members, and what their administrators decided about apps. */
export const organizations = newApi()

organizations.openapi(listOrganizationsRoute, async (c) => {
  const items = (await listOwnOrganizations(askerOf(c))).map(toOrganizationBody)
  return c.json({ items, next_cursor: null }, 200)
})

organizations.openapi(createOrganizationRoute, async (c) =>
  c.json(toOrganizationBody(await addOrganization(askerOf(c), c.req.valid('json'))), 201),
)

organizations.openapi(showOrganizationRoute, async (c) =>
  c.json(toOrganizationBody(await requireOwnOrganization(askerOf(c), c.req.valid('param').organization_id)), 200),
)

organizations.openapi(changeOrganizationRoute, async (c) => {
  const { organization_id: id } = c.req.valid('param')
  return c.json(toOrganizationBody(await editOrganization(askerOf(c), id, c.req.valid('json'))), 200)
})

organizations.openapi(listMembersRoute, async (c) => {
  const items = (await listMembersOf(askerOf(c), c.req.valid('param').organization_id)).map(toMemberBody)
  return c.json({ items, next_cursor: null }, 200)
})

organizations.openapi(changeRoleRoute, async (c) => {
  const { organization_id: id, account_id: accountId } = c.req.valid('param')
  return c.json(toMemberBody(await editRole(askerOf(c), id, accountId, c.req.valid('json').role)), 200)
})

organizations.openapi(removeMemberRoute, async (c) => {
  const { organization_id: id, account_id: accountId } = c.req.valid('param')
  await endMembership(askerOf(c), id, accountId)
  return c.body(null, 204)
})

organizations.openapi(listDecisionsRoute, async (c) => {
  const { organizationId } = requireMembership(c.get('caller'), c.req.valid('param').organization_id)
  const items = (await listDecisions(c.env.DB, organizationId)).map(toDecisionBody)
  return c.json({ items, next_cursor: null }, 200)
})

organizations.openapi(decideRoute, async (c) => {
  const { organization_id: id, client_id: clientId } = c.req.valid('param')
  return c.json(toDecisionBody(await decideOn(askerOf(c), id, clientId, c.req.valid('json'))), 200)
})

organizations.openapi(withdrawDecisionRoute, async (c) => {
  const { organization_id: id, client_id: clientId } = c.req.valid('param')
  await undecide(askerOf(c), id, clientId)
  return c.body(null, 204)
})

function toOrganizationBody({ organization, role }: OwnOrganization) {
  const { createdAt, ...rest } = organization
  return { ...rest, role, created_at: createdAt }
}

function toMemberBody({ accountId, email, role, since }: Member) {
  return { account_id: accountId, email, role, since }
}

function toDecisionBody(decision: AppDecision) {
  return {
    client_id: decision.clientId,
    decision: decision.decision,
    scope_ceiling: decision.scopeCeiling && [...decision.scopeCeiling],
    expires_at: decision.expiresAt,
    note: decision.note,
    decided_by: decision.decidedBy,
    decided_at: decision.decidedAt,
  }
}
