import { type Context, Hono } from 'hono'
import { signInPath } from '../../../accounts/return-to.ts'
import { PageError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import type { Invitation } from '../../../organizations/invitation.ts'
import { acceptInvitation, findInvitationByToken } from '../../../organizations/invite.ts'
import { askerOf } from '../../kit/asker.ts'
import { parseBody } from '../../kit/field-errors.ts'
import { problemsOf } from '../../kit/form-problems.ts'
import { refusedPage } from '../../kit/refused-page.ts'
import { type PageEnv, requireVisitor } from '../../kit/visitor.ts'
import { showOrganization } from '../pages.ts'
import { requireOwn } from '../require-own.ts'
import { endInvitation, invite } from './actions.ts'
import { foreignInvitationPage, invitationPage } from './invitations.tsx'
import { newInvitation } from './schemas.ts'

/** Inviting, on the organization's page; and what the link in the mail leads to. */
export const invitationPages = new Hono<PageEnv>()

invitationPages.use('/organizations/*', requireVisitor)
invitationPages.use('/invitations/*', requireVisitor)

invitationPages.post('/organizations/:slug/invitations', async (c) => {
  const own = await requireOwn(c)
  const fields = c.get('fields')
  const values = { email: fields.get('email') ?? '', role: fields.get('role') ?? '' }
  try {
    await invite(askerOf(c), own.organization.id, parseBody(newInvitation, values))
    return c.redirect(`/organizations/${own.organization.slug}`, 303)
  } catch (error) {
    return refusedPage(showOrganization(c, own, [], { values, problems: problemsOf(error) }), error)
  }
})

invitationPages.post('/organizations/:slug/invitations/:invitation_id/withdraw', async (c) => {
  const { organization } = await requireOwn(c)
  await endInvitation(askerOf(c), organization.id, c.req.param('invitation_id'))
  return c.redirect(`/organizations/${organization.slug}`, 303)
})

invitationPages.get('/invitations/:token', (c) =>
  withInvitation(c, (invitation) => {
    const { pathname: action } = new URL(c.req.url)
    return invitationPage(c, { invitation, action, switchHref: switchPath(action) })
  }),
)

invitationPages.post('/invitations/:token', (c) =>
  withInvitation(c, async (invitation) => {
    const accepted = await acceptInvitation(c.env.DB, invitation, c.get('caller').accountId, currentTime())
    if (!accepted) throw ended()
    return c.redirect(pathOf(invitation), 303)
  }),
)

/** For whom it was sent, and while it works; whoever is a member by now is led there. */
async function withInvitation(
  c: Context<PageEnv, '/invitations/:token'>,
  work: (invitation: Invitation) => Response | Promise<Response>,
): Promise<Response> {
  const { memberships, session } = c.get('caller')
  const invitation = await findInvitationByToken(c.env.DB, c.req.param('token'), currentTime())
  if (!invitation) throw ended()
  if (invitation.email !== session.email) {
    return foreignInvitationPage(c, { email: session.email, switchHref: switchPath(new URL(c.req.url).pathname) })
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
  return organizationSlug === null ? '/organizations' : `/organizations/${organizationSlug}`
}

function switchPath(returnTo: string): string {
  return signInPath('/sign-in', { returnTo, switchAccount: true })
}
