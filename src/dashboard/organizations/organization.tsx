import { type Member, may, ROLES } from '../../organizations/organization.ts'
import { FormToken, Problems } from '../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../ui/html-page.tsx'
import { Time } from '../../ui/time.tsx'
import type { OwnOrganization } from './actions.ts'
import { OrganizationFrame } from './frame.tsx'
import { Inventory, type InventoryPart } from './inventory/inventory.tsx'
import { Invitations, type InvitationsPart } from './invitations/invitations.tsx'

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

export function organizationPage(c: PageContext, view: OrganizationView) {
  const invited = Object.keys(view.invitations?.problems ?? {}).length === 0
  return htmlPage(c, <OrganizationPage {...view} />, !invited ? 422 : view.problems.length > 0 ? 409 : 200)
}

function OrganizationPage(view: OrganizationView) {
  const { own, inventory, members, invitations, problems } = view
  return (
    <OrganizationFrame own={own} tab="apps">
      <Problems id="form-problem" texts={problems} />
      {inventory ? (
        <Inventory part={inventory} />
      ) : (
        <p class="detail">
          Owners and administrators see which apps reach this organization. What you connected yourself is among your{' '}
          <a href="/connections">connections</a>.
        </p>
      )}
      <section>
        <h2>Members</h2>
        <ul class="rows">
          {members.map((member) => (
            <MemberRow member={member} view={view} />
          ))}
        </ul>
      </section>
      {invitations && (
        <Invitations {...invitations} path={`/organizations/${own.organization.slug}/invitations`} role={own.role} />
      )}
      {may(own.role, 'close-organization') && (
        <p>
          <a href={`/organizations/${own.organization.slug}/close`}>Close this organization</a>
        </p>
      )}
    </OrganizationFrame>
  )
}

function MemberRow({ member, view }: { member: Member; view: OrganizationView }) {
  const { role, organization } = view.own
  const base = `/organizations/${organization.slug}`
  const path = `${base}/members/${member.accountId}`
  const self = member.accountId === view.accountId
  const manages = may(role, 'manage-members') && (member.role !== 'owner' || may(role, 'manage-owners'))
  const roles = ROLES.filter((candidate) => candidate !== 'owner' || may(role, 'manage-owners'))
  return (
    <li>
      <div>
        <strong>
          {may(role, 'see-inventory') ? (
            <a href={`${base}/people/${member.accountId}`}>{member.email}</a>
          ) : (
            member.email
          )}
        </strong>{' '}
        {self && <span class="tag">you</span>}
        <span class="detail">
          {member.role}, since <Time at={member.since} />
        </span>
      </div>
      <div class="inline">
        {manages && (
          <form method="post" action={path} class="inline">
            <FormToken once />
            <select name="role" aria-label={`Role of ${member.email}`}>
              {roles.map((role) => (
                <option value={role} selected={role === member.role}>
                  {role}
                </option>
              ))}
            </select>
            <button type="submit">
              Change<span class="visually-hidden"> the role of {member.email}</span>
            </button>
          </form>
        )}
        {(manages || self) && (
          <form method="post" action={`${path}/remove`}>
            <FormToken once />
            <button type="submit" class="danger">
              {self ? 'Leave' : 'Remove'}
              <span class="visually-hidden"> {self ? organization.name : member.email}</span>
            </button>
          </form>
        )}
      </div>
    </li>
  )
}
