import type { Invitation } from '../../../organizations/invitation.ts'
import { askerOf } from '../../kit/asker.ts'
import { newApi } from '../../kit/route.ts'
import { endInvitation, invite, listInvitationsOf } from './actions.ts'
import { inviteRoute, listInvitationsRoute, withdrawInvitationRoute } from './routes.ts'

/** Who may become a member. */
export const invitations = newApi()

invitations.openapi(listInvitationsRoute, async (c) => {
  const { organization_id: id } = c.req.valid('param')
  return c.json({ items: (await listInvitationsOf(askerOf(c), id)).map(toInvitationBody), next_cursor: null }, 200)
})

invitations.openapi(inviteRoute, async (c) => {
  const { organization_id: id } = c.req.valid('param')
  return c.json(toInvitationBody(await invite(askerOf(c), id, c.req.valid('json'))), 201)
})

invitations.openapi(withdrawInvitationRoute, async (c) => {
  const { organization_id: id, invitation_id: invitationId } = c.req.valid('param')
  await endInvitation(askerOf(c), id, invitationId)
  return c.body(null, 204)
})

function toInvitationBody({ id, email, role, invitedBy, createdAt, expiresAt }: Invitation) {
  return { id, email, role, invited_by: invitedBy, created_at: createdAt, expires_at: expiresAt }
}
