import type { Invitation } from '../../../organizations/invitation.ts'
import { may, ROLE_NAMES, type Role } from '../../../organizations/organization.ts'
import { FormToken, Problems, Select, TextField } from '../../../ui/field.tsx'
import { Time } from '../../../ui/time.tsx'
import { pathTo, SITE } from '../../kit/addresses.ts'
import type { FieldProblems } from '../../kit/form-problems.ts'

/** The part of the organization's page that is shown to whoever may invite. */
export interface InvitationsPart {
  invitations: readonly Invitation[]
  values: { email: string; role: string }
  problems: FieldProblems
}

interface InvitationsProps extends InvitationsPart {
  slug: string | null
  role: Role
}

export function Invitations({ slug, role, invitations, values, problems }: InvitationsProps) {
  return (
    <section>
      <h2>Invitations</h2>
      {invitations.length > 0 && (
        <ul class="rows">
          {invitations.map((invitation) => (
            <InvitationRow invitation={invitation} slug={slug} />
          ))}
        </ul>
      )}
      <form method="post" action={pathTo(SITE.organization.invitations, slug)}>
        <fieldset class="part">
          <legend>Invite somebody</legend>
          <FormToken once />
          <Problems id="invite-problem" texts={problems['']} />
          <TextField
            name="email"
            label="E-mail address"
            type="email"
            hint="We send a link that works for this address only, once, for seven days."
            value={values.email}
            problems={problems.email}
            required
          />
          <Select
            name="role"
            label="Role"
            value={values.role}
            options={ROLE_NAMES.filter((choice) => choice !== 'owner' || may(role, 'manage-owners')).map((choice) => [
              choice,
              choice,
            ])}
            problems={problems.role}
          />
          <button type="submit" class="primary">
            Send the invitation
          </button>
        </fieldset>
      </form>
    </section>
  )
}

function InvitationRow({ invitation, slug }: { invitation: Invitation; slug: string | null }) {
  return (
    <li>
      <div>
        <strong>{invitation.email}</strong>
        <span class="detail">
          {invitation.role}, invited by {invitation.inviterEmail}, until <Time at={invitation.expiresAt} exact />
        </span>
      </div>
      <form method="post" action={pathTo(SITE.organization.withdrawInvitation, slug, invitation.id)}>
        <FormToken once />
        <button type="submit" class="danger">
          Withdraw<span class="visually-hidden"> the invitation of {invitation.email}</span>
        </button>
      </form>
    </li>
  )
}
