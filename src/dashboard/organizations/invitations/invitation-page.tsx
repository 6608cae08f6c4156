import { type Context, Hono } from 'hono'
import { signInPath } from '../../../accounts/return-to.ts'
import { PageError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import type { Invitation } from '../../../organizations/invitation.ts'
import { acceptInvitation, findInvitationByToken } from '../../../organizations/invite.ts'
import { ROLES } from '../../../organizations/organization.ts'
import { FormToken } from '../../../ui/field.tsx'
import { htmlPage } from '../../../ui/html-page.tsx'
import { Layout } from '../../../ui/layout.tsx'
import { Time } from '../../../ui/time.tsx'
import { pathTo, SITE } from '../../kit/addresses.ts'
import type { PageEnv } from '../../kit/api-env.ts'

/** What the link in the mail leads to. */
export const invitationPage = new Hono<PageEnv>()

invitationPage.get(SITE.invitation, (c) =>
  withInvitation(c, (invitation) => {
    const { pathname: action } = new URL(c.req.url)
    return htmlPage(c, <Join invitation={invitation} action={action} switchHref={switchPath(action)} />)
  }),
)

invitationPage.post(SITE.invitation, (c) =>
  withInvitation(c, async (invitation) => {
    const accepted = await acceptInvitation(c.env.DB, invitation, c.get('caller').accountId, currentTime())
    if (!accepted) throw ended()
    return c.redirect(pathOf(invitation), 303)
  }),
)

/** For whom it was sent, and while it works; whoever is a member by now is led there. */
async function withInvitation(
  c: Context<PageEnv, typeof SITE.invitation>,
  work: (invitation: Invitation) => Response | Promise<Response>,
): Promise<Response> {
  const { memberships, session } = c.get('caller')
  const invitation = await findInvitationByToken(c.env.DB, c.req.param('token'), currentTime())
  if (!invitation) throw ended()
  if (invitation.email !== session.email) {
    const switchHref = switchPath(new URL(c.req.url).pathname)
    return htmlPage(c, <OfAnotherAddress email={session.email} switchHref={switchHref} />, 403)
  }
  if (memberships.some(({ organizationId }) => organizationId === invitation.organizationId)) {
    return c.redirect(pathOf(invitation), 303)
  }
  if (!invitation.living) throw ended()
  return work(invitation)
}

/** The same for all reasons: which one it was, whoever invited can say. */
function ended(): PageError {
  return new PageError(
    404,
    'This invitation does not work any more.',
    'It was accepted, withdrawn, replaced by a newer one, or has expired. If you need it, ask to be invited again.',
  )
}

function pathOf({ organizationSlug }: Invitation): string {
  return organizationSlug === null ? SITE.organizations : pathTo(SITE.organization.overview, organizationSlug)
}

function switchPath(returnTo: string): string {
  return signInPath('/sign-in', { returnTo, switchAccount: true })
}

interface JoinView {
  invitation: Invitation
  action: string
  switchHref: string
}

/** Who invited whom, to what, as what. Nothing happens before the form is sent. */
function Join({ invitation, action, switchHref }: JoinView) {
  const { organizationName, inviterEmail, email, role } = invitation
  return (
    <Layout title={`Join ${organizationName}?`}>
      <h1>
        Join <strong>{organizationName}</strong>?
      </h1>
      <p>
        <strong>{inviterEmail}</strong> invites you, <strong>{email}</strong>, to join {organizationName} as{' '}
        <strong>{role}</strong>. You could then {ROLES[role].invited}.
      </p>
      <p class="small">
        Its administrators will see your address, which apps you connect to it, and what you do in it. You can leave at
        any time. The invitation is good until <Time at={invitation.expiresAt} exact />.
      </p>
      <form method="post" action={action}>
        <FormToken once />
        <div class="actions">
          <button type="submit" class="primary">
            Accept
          </button>
          <a class="button" href={SITE.organizations}>
            Not now
          </a>
        </div>
      </form>
      <p>
        <a href={switchHref}>Use another account</a>
      </p>
    </Layout>
  )
}

/** Does not say whose it is: links are passed on. */
function OfAnotherAddress({ email, switchHref }: { email: string; switchHref: string }) {
  return (
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
    </Layout>
  )
}
