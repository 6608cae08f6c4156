import { type Member, may, ROLE_NAMES } from '../../organizations/organization.ts'
import { FormToken } from '../../ui/field.tsx'
import { Time } from '../../ui/time.tsx'
import { pathTo, SITE } from '../kit/addresses.ts'
import type { OwnOrganization } from './actions.ts'

interface MembersProps {
  own: OwnOrganization
  members: readonly Member[]
  /** Who looks at them. */
  accountId: string
}

/** Everybody in the organization, with the forms that change a role or end a membership. */
export function Members({ own, members, accountId }: MembersProps) {
  return (
    <section>
      <h2>Members</h2>
      <ul class="rows">
        {members.map((member) => (
          <MemberRow member={member} own={own} accountId={accountId} />
        ))}
      </ul>
    </section>
  )
}

type MemberRowProps = Omit<MembersProps, 'members'> & { member: Member }

function MemberRow({ member, own, accountId }: MemberRowProps) {
  const { role, organization } = own
  const { slug } = organization
  const self = member.accountId === accountId
  const manages = may(role, 'manage-members') && (member.role !== 'owner' || may(role, 'manage-owners'))
  const roles = ROLE_NAMES.filter((candidate) => candidate !== 'owner' || may(role, 'manage-owners'))
  return (
    <li>
      <div>
        <strong>
          {may(role, 'see-inventory') ? (
            <a href={pathTo(SITE.organization.person, slug, member.accountId)}>{member.email}</a>
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
          <form method="post" action={pathTo(SITE.organization.member, slug, member.accountId)} class="inline">
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
          <form method="post" action={pathTo(SITE.organization.removeMember, slug, member.accountId)}>
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
