import { type Context, Hono } from 'hono'
import { findApps } from '../apps/apps-store.ts'
import { countPeopleByApp } from '../apps/reach-store.ts'
import { ApiError } from '../errors.ts'
import { listDecisions } from '../organizations/decisions-store.ts'
import { may } from '../organizations/organization.ts'
import type { FieldProblems } from '../pages/developer/app-form.tsx'
import type { InvitationsPart } from '../pages/organizations/invitations.tsx'
import { organizationPage, type ReachingApp } from '../pages/organizations/organization.tsx'
import { organizationsPage } from '../pages/organizations/organizations.tsx'
import { askerOf } from './app-use-cases.ts'
import { problemsOf } from './developer/app-form.ts'
import { parseBody } from './field-errors.ts'
import { listInvitationsOf } from './invitation-use-cases.ts'
import { newDecision, newOrganization, roleChange } from './organization-schemas.ts'
import {
  addOrganization,
  decideOn,
  editRole,
  endMembership,
  listMembersOf,
  listOwnOrganizations,
  type OwnOrganization,
  undecide,
} from './organization-use-cases.ts'
import { navigation, type PageEnv, requireVisitor } from './visitor.ts'

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

organizationPages.post('/organizations/:slug/apps/:client_id', (c) =>
  change(c, ({ organization }) => {
    const decision = c.get('fields').get('decision')
    const clientId = c.req.param('client_id')
    if (decision === 'none') return undecide(askerOf(c), organization.id, clientId)
    return decideOn(askerOf(c), organization.id, clientId, parseBody(newDecision, { decision }))
  }),
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

export async function requireOwn(c: Context<PageEnv>): Promise<OwnOrganization> {
  const slug = c.req.param('slug')
  const own = (await listOwnOrganizations(askerOf(c))).find(({ organization }) => organization.slug === slug)
  if (!own) throw new ApiError('not-found')
  return own
}

async function showOrganizations(
  c: Context<PageEnv>,
  values: { name: string; slug: string },
  problems: FieldProblems,
): Promise<Response> {
  return organizationsPage(c, {
    nav: navigation(c, 'organizations'),
    formToken: c.get('caller').session.formToken,
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
  const { accountId, session } = c.get('caller')
  return organizationPage(c, {
    nav: navigation(c, 'organizations'),
    formToken: session.formToken,
    organization,
    role,
    accountId,
    members: await listMembersOf(askerOf(c), organization.id),
    apps: await listReachingApps(c, organization.id),
    invitations: may(role, 'manage-members')
      ? { ...invited, invitations: await listInvitationsOf(askerOf(c), organization.id) }
      : null,
    problems,
  })
}

async function listReachingApps(c: Context<PageEnv>, organizationId: string): Promise<ReachingApp[]> {
  const [people, decisions] = await Promise.all([
    countPeopleByApp(c.env.DB, organizationId),
    listDecisions(c.env.DB, organizationId),
  ])
  const decided = new Map(decisions.map((decision) => [decision.clientId, decision]))
  const apps = await findApps(c.env.DB, [...new Set([...people.keys(), ...decided.keys()])])
  return [...apps.values()]
    .map((app) => ({ app, decision: decided.get(app.clientId), people: people.get(app.clientId) ?? 0 }))
    .sort((a, b) => b.people - a.people || a.app.clientName.localeCompare(b.app.clientName))
}
