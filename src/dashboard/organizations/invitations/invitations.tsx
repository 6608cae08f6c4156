import type { Invitation } from '../../../organizations/invitation.ts'
import { may, ROLE_NAMES, type Role } from '../../../organizations/organization.ts'
import { FormToken, Problems, Select, TextField } from '../../../ui/field.tsx'
import { Time } from '../../../ui/time.tsx'
import type { FieldProblems } from '../../kit/form-problems.ts'

/** The part of the organization's page that is shown to whoever may invite. */
export interface InvitationsPart {
  invitations: readonly Invitation[]
  values: { email: string; role: string }
  problems: FieldProblems
}

interface InvitationsProps extends InvitationsPart {
  path: string
  role: Role
}

export function Invitations({ path, role, invitations, values, problems }: InvitationsProps) {
  return (
    <section>
      <h2>Invitations</h2>
      {invitations.length > 0 && (
        <ul class="rows">
          {invitations.map((invitation) => (
            <InvitationRow invitation={invitation} path={path} />
          ))}
        </ul>
      )}
      <form method="post" action={path}>
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

function InvitationRow({ invitation, path }: { invitation: Invitation; path: string }) {
  return (
    <li>
      <div>
        <strong>{invitation.email}</strong>
        <span class="detail">
          {invitation.role}, invited by {invitation.inviterEmail}, until <Time at={invitation.expiresAt} exact />
        </span>
      </div>
      <form method="post" action={`${path}/${invitation.id}/withdraw`}>
        <FormToken once />
        <button type="submit" class="danger">
          Withdraw<span class="visually-hidden"> the invitation of {invitation.email}</span>
        </button>
      </form>
    </li>
  )
}
