import type { Invitation } from '../../../organizations/invitation.ts'
import { may, ROLES, type Role } from '../../../organizations/organization.ts'
import { FormToken, Problems, TextField } from '../../../ui/field.tsx'
import { htmlPage, type PageContext } from '../../../ui/html-page.tsx'
import { Layout } from '../../../ui/layout.tsx'
import { Time } from '../../../ui/time.tsx'

/** A part of the organization's page, for whoever may invite. */
export interface InvitationsPart {
  invitations: readonly Invitation[]
  values: { email: string; role: string }
  problems: Readonly<Record<string, readonly string[]>>
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
          <div class="field">
            <label for="role">Role</label>
            <select id="role" name="role">
              {ROLES.filter((choice) => choice !== 'owner' || may(role, 'manage-owners')).map((choice) => (
                <option value={choice} selected={choice === values.role}>
                  {choice}
                </option>
              ))}
            </select>
            <Problems id="role-problem" texts={problems.role} />
          </div>
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

const MAY = {
  owner: 'do everything there, and make others owners',
  admin: 'decide which apps may reach it, and manage its members',
  developer: 'register and change its apps',
  member: 'connect apps to it',
} as const satisfies Record<Role, string>

interface InvitationView {
  invitation: Invitation
  action: string
  switchHref: string
}

/** Who invited whom, to what, as what. Nothing happens before the form is sent. */
export function invitationPage(c: PageContext, { invitation, ...view }: InvitationView) {
  const { organizationName, inviterEmail, email, role } = invitation
  return htmlPage(
    c,
    <Layout title={`Join ${organizationName}?`}>
      <h1>
        Join <strong>{organizationName}</strong>?
      </h1>
      <p>
        <strong>{inviterEmail}</strong> invites you, <strong>{email}</strong>, to join {organizationName} as{' '}
        <strong>{role}</strong>. You could then {MAY[role]}.
      </p>
      <p class="small">
        Its administrators will see your address, which apps you connect to it, and what you do in it. You can leave at
        any time. The invitation is good until <Time at={invitation.expiresAt} exact />.
      </p>
      <form method="post" action={view.action}>
        <FormToken once />
        <div class="actions">
          <button type="submit" class="primary">
            Accept
          </button>
          <a class="button" href="/organizations">
            Not now
          </a>
        </div>
      </form>
      <p>
        <a href={view.switchHref}>Use another account</a>
      </p>
    </Layout>,
  )
}

/** Does not say whose it is: links are passed on. */
export function foreignInvitationPage(c: PageContext, { email, switchHref }: { email: string; switchHref: string }) {
  return htmlPage(
    c,
    <Layout title="This invitation is for another address">
      <h1>This invitation is for another address</h1>
      <p>
        You are signed in as <strong>{email}</strong>, and it was sent to somebody else. Nothing was accepted.
      </p>
      <p>
        Sign in with the address at which the mail arrived. If it was passed on to you, ask whoever invited to invite
        your own address.
      </p>
      <div class="actions">
        <a class="button primary" href={switchHref}>
          Use another account
        </a>
      </div>
    </Layout>,
    403,
  )
}
