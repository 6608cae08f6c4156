import { type Context, Hono } from 'hono'
import { type Member, may, type Organization } from '../../organizations/organization.ts'
import { Problems } from '../../ui/field.tsx'
import { htmlPage } from '../../ui/html-page.tsx'
import { actionContext } from '../kit/action-context.ts'
import { pathTo, SITE } from '../kit/addresses.ts'
import { parseBody } from '../kit/field-errors.ts'
import { formStatus } from '../kit/form-problems.ts'
import { submit } from '../kit/submit.ts'
import { changeRole, listMembers, type OwnOrganization, removeMember } from './actions.ts'
import { OrganizationFrame } from './frame.tsx'
import { exportReachingApps, listReachingApps } from './inventory/actions.ts'
import { Inventory, type InventoryPart } from './inventory/inventory.tsx'
import { inventoryQuery } from './inventory/schemas.ts'
import { invite, listInvitations, withdrawInvitation } from './invitations/actions.ts'
import { Invitations, type InvitationsPart } from './invitations/invitations.tsx'
import { newInvitation } from './invitations/schemas.ts'
import { Members } from './members.tsx'
import type { OrganizationEnv } from './require-own.ts'
import { roleChange } from './schemas.ts'

interface OrganizationView {
  own: OwnOrganization
  accountId: string
  members: readonly Member[]
  /** Null: not for this visitor. */
  inventory: InventoryPart | null
  /** Null: not for this visitor. */
  invitations: InvitationsPart | null
  problems: readonly string[]
}

const APPS_SHOWN = 20

/** One organization: the apps that reach it, its members, and who is invited. */
export const organizationPage = new Hono<OrganizationEnv>()

organizationPage.get(SITE.organization.overview, async (c) => show(c, c.get('own')))

organizationPage.get(SITE.organization.inventory, async (c) => {
  const { organization } = c.get('own')
  const csv = exportReachingApps(actionContext(c), organization.id, { sort: 'name' })
  c.header('Content-Type', 'text/csv; charset=utf-8; header=present')
  c.header('Content-Disposition', `attachment; filename="${organization.slug}-apps.csv"`)
  return c.body(csv)
})

organizationPage.post(SITE.organization.member, (c) =>
  change(c, async ({ organization }) => {
    const { role } = parseBody(roleChange, { role: c.get('fields').get('role') })
    return changeRole(actionContext(c), organization.id, c.req.param('account_id'), role)
  }),
)

organizationPage.post(SITE.organization.removeMember, (c) =>
  change(c, ({ organization }) => removeMember(actionContext(c), organization.id, c.req.param('account_id'))),
)

/** Does it, and shows the organization again: with the reason, where it was not possible. */
async function change(c: Context<OrganizationEnv>, act: (own: OwnOrganization) => Promise<unknown>): Promise<Response> {
  const own = c.get('own')
  const left = c.req.path === pathTo(SITE.organization.removeMember, own.organization.slug, c.get('caller').accountId)
  return submit(c, {
    act: () => act(own),
    done: left ? SITE.organizations : pathOf(own),
    refused: (problems) => show(c, own, { problems: Object.values(problems).flat() }),
  })
}

organizationPage.post(SITE.organization.invitations, async (c) => {
  const own = c.get('own')
  const fields = c.get('fields')
  const values = { email: fields.get('email') ?? '', role: fields.get('role') ?? '' }
  return submit(c, {
    act: () => invite(actionContext(c), own.organization.id, parseBody(newInvitation, values)),
    done: pathOf(own),
    refused: (problems) => show(c, own, { invited: { values, problems } }),
  })
})

organizationPage.post(SITE.organization.withdrawInvitation, async (c) => {
  const own = c.get('own')
  await withdrawInvitation(actionContext(c), own.organization.id, c.req.param('invitation_id'))
  return c.redirect(pathOf(own), 303)
})

interface Refused {
  problems?: readonly string[]
  invited?: Pick<InvitationsPart, 'values' | 'problems'>
}

const NOBODY_INVITED = { values: { email: '', role: 'member' }, problems: {} }

async function show(
  c: Context<OrganizationEnv>,
  own: OwnOrganization,
  { problems = [], invited = NOBODY_INVITED }: Refused = {},
): Promise<Response> {
  const { organization, role } = own
  const context = actionContext(c)
  const { accountId } = context.caller
  const members = await listMembers(context, organization.id)
  const inventory = may(role, 'see-inventory') ? await inventoryPart(c, organization) : null
  const invitations = may(role, 'manage-members')
    ? { ...invited, invitations: await listInvitations(context, organization.id) }
    : null
  const status = problems.length > 0 ? formStatus(problems, 409) : formStatus(invitations?.problems ?? {})
  return htmlPage(c, <OrganizationPage {...{ own, accountId, members, inventory, invitations, problems }} />, status)
}

/** A query that nobody would send by our own links shows the first page. */
async function inventoryPart(c: Context<OrganizationEnv>, { id, slug }: Organization): Promise<InventoryPart> {
  const parsed = pageQuery.safeParse({ ...c.req.query(), state: c.req.query('state') || undefined })
  const query = parsed.success ? parsed.data : pageQuery.parse({})
  const { items, nextCursor } = await listReachingApps(actionContext(c), id, { ...query, limit: APPS_SHOWN })
  return { slug, items, query, nextCursor }
}

const pageQuery = inventoryQuery.pick({ sort: true, q: true, state: true, verified: true, cursor: true })

function pathOf({ organization }: OwnOrganization): string {
  return pathTo(SITE.organization.overview, organization.slug)
}

function OrganizationPage({ own, accountId, inventory, members, invitations, problems }: OrganizationView) {
  return (
    <OrganizationFrame own={own} tab="apps">
      <Problems id="form-problem" texts={problems} />
      {inventory ? (
        <Inventory part={inventory} />
      ) : (
        <p class="detail">
          Owners and administrators see which apps reach this organization. What you connected yourself is among your{' '}
          <a href={SITE.connections.list}>connections</a>.
        </p>
      )}
      <Members own={own} members={members} accountId={accountId} />
      {invitations && <Invitations {...invitations} slug={own.organization.slug} role={own.role} />}
      {may(own.role, 'close-organization') && (
        <p>
          <a href={pathTo(SITE.organization.close, own.organization.slug)}>Close this organization</a>
        </p>
      )}
    </OrganizationFrame>
  )
}
