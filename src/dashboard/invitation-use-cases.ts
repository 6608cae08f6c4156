import type { z } from '@hono/zod-openapi'
import { parseEmailAddress } from '../accounts/email-address.ts'
import { getMailer } from '../accounts/mail.ts'
import { ApiError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import type { Invitation } from '../organizations/invitation.ts'
import { findObstacle, listInvitations } from '../organizations/invitations-store.ts'
import { inviteAddress, withdrawInvitation } from '../organizations/invite.ts'
import { invitationMail } from '../pages/organizations/mails.ts'
import { checkAct } from './acts.ts'
import type { Asker } from './app-use-cases.ts'
import { invalidFields, pointer } from './field-errors.ts'
import type { newInvitation } from './invitation-schemas.ts'
import { checkOwners, concernsAdministrators, deed, requirePermission } from './organization-use-cases.ts'

export async function listInvitationsOf(asker: Asker, organizationId: string): Promise<Invitation[]> {
  requirePermission(asker, organizationId, 'manage-members')
  return listInvitations(asker.env.DB, organizationId, currentTime())
}

export async function invite(
  asker: Asker,
  organizationId: string,
  { email: typed, role }: z.output<typeof newInvitation>,
): Promise<Invitation> {
  const membership = requirePermission(asker, organizationId, 'manage-members')
  if (membership.personal) throw new ApiError('conflict', 'A personal organization has its one member for good.')
  checkOwners(membership, [role])
  checkAct(asker.caller, concernsAdministrators([role]) ? 'invite: administrators' : 'invite')
  const email = parseEmailAddress(typed) ?? ''
  const post = getMailer(asker)
  const invited = await inviteAddress(deed(asker, organizationId), { email, role }, currentTime())
  if (!invited) throw await whyNot(asker, organizationId, email)
  await post('an invitation', [invitationMail(invited, asker.config.issuer)])
  return invited.invitation
}

export async function endInvitation(asker: Asker, organizationId: string, invitationId: string): Promise<void> {
  const membership = requirePermission(asker, organizationId, 'manage-members')
  const invitations = await listInvitations(asker.env.DB, organizationId, currentTime())
  const invitation = invitations.find(({ id }) => id === invitationId)
  if (!invitation) throw noInvitation()
  checkOwners(membership, [invitation.role])
  const withdrawn = await withdrawInvitation(deed(asker, organizationId), invitation, currentTime())
  if (!withdrawn) throw noInvitation()
}

function noInvitation(): ApiError {
  return new ApiError('not-found', 'There is no such invitation any more.')
}

async function whyNot({ env }: Asker, organizationId: string, email: string): Promise<ApiError> {
  const obstacle = await findObstacle(env.DB, { organizationId, email }, currentTime())
  if (obstacle === 'member') {
    return invalidFields([{ pointer: pointer('email'), detail: 'Somebody with this address is a member already.' }])
  }
  if (obstacle === 'too_many_open')
    return new ApiError('conflict', 'Too many invitations are open: withdraw one first.')
  return new ApiError('too-many-requests', 'Too many people were invited within an hour. Try again later.')
}
