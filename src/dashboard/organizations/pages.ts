import { type Context, Hono } from 'hono'
import { may, type Organization } from '../../organizations/organization.ts'
import { askerOf } from '../kit/asker.ts'
import { parseBody } from '../kit/field-errors.ts'
import type { FieldProblems } from '../kit/form-problems.ts'
import { problemsOf } from '../kit/form-problems.ts'
import { type PageEnv, requireVisitor } from '../kit/visitor.ts'
import {
  addOrganization,
  editRole,
  endMembership,
  listMembersOf,
  listOwnOrganizations,
  type OwnOrganization,
} from './actions.ts'
import { readInventory } from './inventory/actions.ts'
import { formatInventoryPosition, toFilter, toInventoryPosition } from './inventory/api.ts'
import type { InventoryPart } from './inventory/inventory.tsx'
import { inventoryQuery } from './inventory/schemas.ts'
import { listInvitationsOf } from './invitations/actions.ts'
import type { InvitationsPart } from './invitations/invitations.tsx'
import { organizationPage } from './organization.tsx'
import { organizationsPage } from './organizations.tsx'
import { requireOwn } from './require-own.ts'
import { newOrganization, roleChange } from './schemas.ts'

/** Organizations, for their members; decisions and roles, for their administrators. */
export const organizationPages = new Hono<PageEnv>()

organizationPages.use('/organizations/*', requireVisitor)

organizationPages.get('/organizations', (c) => showOrganizations(c, { name: '', slug: '' }, {}))

organizationPages.post('/organizations', async (c) => {
  const values = { name: c.get('fields').get('name') ?? '', slug: c.get('fields').get('slug') ?? '' }
  try {
    const { organization } = await addOrganization(askerOf(c), parseBody(newOrganization, values))
    return c.redirect(`/organizations/${organization.slug}`, 303)
  } catch (error) {
    return showOrganizations(c, values, problemsOf(error))
  }
})

organizationPages.get('/organizations/:slug', async (c) => showOrganization(c, await requireOwn(c), []))

organizationPages.post('/organizations/:slug/members/:account_id', (c) =>
  change(c, ({ organization }) => {
    const { role } = parseBody(roleChange, { role: c.get('fields').get('role') })
    return editRole(askerOf(c), organization.id, c.req.param('account_id'), role)
  }),
)

organizationPages.post('/organizations/:slug/members/:account_id/remove', (c) =>
  change(c, ({ organization }) => endMembership(askerOf(c), organization.id, c.req.param('account_id'))),
)

/** Does it, and shows the organization again: with the reason, where it was not possible. */
async function change(c: Context<PageEnv>, work: (own: OwnOrganization) => Promise<unknown>): Promise<Response> {
  const own = await requireOwn(c)
  try {
    await work(own)
  } catch (error) {
    return showOrganization(c, own, Object.values(problemsOf(error)).flat())
  }
  const left = c.req.path.endsWith(`/members/${c.get('caller').accountId}/remove`)
  return c.redirect(left ? '/organizations' : `/organizations/${own.organization.slug}`, 303)
}

async function showOrganizations(
  c: Context<PageEnv>,
  values: { name: string; slug: string },
  problems: FieldProblems,
): Promise<Response> {
  return organizationsPage(c, {
    organizations: await listOwnOrganizations(askerOf(c)),
    values,
    problems,
  })
}

export async function showOrganization(
  c: Context<PageEnv>,
  { organization, role }: OwnOrganization,
  problems: readonly string[],
  invited: Pick<InvitationsPart, 'values' | 'problems'> = { values: { email: '', role: 'member' }, problems: {} },
): Promise<Response> {
  const { accountId } = c.get('caller')
  return organizationPage(c, {
    own: { organization, role },
    accountId,
    members: await listMembersOf(askerOf(c), organization.id),
    inventory: may(role, 'see-inventory') ? await inventoryPart(c, organization) : null,
    invitations: may(role, 'manage-members')
      ? { ...invited, invitations: await listInvitationsOf(askerOf(c), organization.id) }
      : null,
    problems,
  })
}

const APPS_SHOWN = 20

/** A query that nobody would send by our own links shows the first page. */
async function inventoryPart(c: Context<PageEnv>, { id, slug }: Organization): Promise<InventoryPart> {
  const parsed = pageQuery.safeParse({ ...c.req.query(), state: c.req.query('state') || undefined })
  const { cursor, ...filter } = parsed.success ? parsed.data : pageQuery.parse({})
  const query = toFilter(filter)
  const after = cursor === undefined ? null : toInventoryPosition(cursor)
  const { items, next } = await readInventory(askerOf(c), id, { ...query, after, limit: APPS_SHOWN })
  return { path: `/organizations/${slug}`, items, query, nextCursor: next && formatInventoryPosition(next) }
}

const pageQuery = inventoryQuery.pick({ sort: true, q: true, state: true, verified: true, cursor: true })
