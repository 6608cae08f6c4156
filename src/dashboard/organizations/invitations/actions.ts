import type { z } from '@hono/zod-openapi'
import { getMailer } from '../../../accounts/mail.ts'
import { allowInvitation } from '../../../accounts/mail-limits.ts'
import { ApiError, tooManyRequests } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import { type Invitation, MAILED_AGAIN_AFTER_SECONDS } from '../../../organizations/invitation.ts'
import * as invitations from '../../../organizations/invitations-store.ts'
import * as invitees from '../../../organizations/invite.ts'
import type { Role } from '../../../organizations/organization.ts'
import { inWords } from '../../../ui/in-words.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { checkAct } from '../../kit/acts.ts'
import { invalidFields, pointer } from '../../kit/field-errors.ts'
import { actingIn, checkOwners, concernsAdministrators, requirePermission } from '../actions.ts'
import { invitationMail } from './mail.ts'
import type { newInvitation } from './schemas.ts'

export async function listInvitations(context: ActionContext, organizationId: string): Promise<Invitation[]> {
  requirePermission(context, organizationId, 'manage-members')
  return invitations.listInvitations(context.env.DB, organizationId, currentTime())
}

/** An open invitation is not mailed twice a day: asked for again, it is answered, with the role that is asked for now. */
export async function invite(
  context: ActionContext,
  organizationId: string,
  { email, role }: z.output<typeof newInvitation>,
): Promise<Invitation> {
  const membership = requirePermission(context, organizationId, 'manage-members')
  if (membership.personal) throw new ApiError('conflict', 'A personal organization has its one member for good.')
  checkOwners(membership, [role])
  checkAct(context.caller, concernsAdministrators([role]) ? 'invite: administrators' : 'invite')
  const post = getMailer(context)
  const mailed = await findMailed(context, organizationId, email)
  if (mailed) return changeInvitation(context, mailed, role)
  const { env, caller } = context
  const obstacle = await invitations.findObstacle(
    env.DB,
    { organizationId, email, invitedBy: caller.accountId },
    currentTime(),
  )
  if (obstacle) throw refusalFor(obstacle)
  const invitation = { accountId: caller.accountId, organizationId, email }
  const allowance = await allowInvitation(env, invitation, currentTime())
  if (!allowance.ok) throw tooManyInvitations(allowance.retryAfterSeconds)
  const invited = await invitees.inviteAddress(actingIn(context, organizationId), { email, role }, currentTime())
  if (!invited) return answerLate(context, organizationId, { email, role })
  await post('an invitation', [invitationMail(allowance.to, invited, context.config.issuer)])
  return invited.invitation
}

export async function withdrawInvitation(
  context: ActionContext,
  organizationId: string,
  invitationId: string,
): Promise<void> {
  const membership = requirePermission(context, organizationId, 'manage-members')
  const open = await invitations.listInvitations(context.env.DB, organizationId, currentTime())
  const invitation = open.find(({ id }) => id === invitationId)
  if (!invitation) throw noInvitation()
  checkOwners(membership, [invitation.role])
  const withdrawn = await invitees.withdrawInvitation(actingIn(context, organizationId), invitation, currentTime())
  if (!withdrawn) throw noInvitation()
}

function noInvitation(): ApiError {
  return new ApiError('not-found', 'There is no such invitation any more.')
}

async function findMailed(
  { env }: ActionContext,
  organizationId: string,
  email: string,
): Promise<Invitation | undefined> {
  const now = currentTime()
  const open = (await invitations.listInvitations(env.DB, organizationId, now)).find(
    (invitation) => invitation.email === email,
  )
  return open && open.createdAt > now - MAILED_AGAIN_AFTER_SECONDS ? open : undefined
}

async function changeInvitation(context: ActionContext, mailed: Invitation, role: Role): Promise<Invitation> {
  const { organizationId, email } = mailed
  checkOwners(requirePermission(context, organizationId, 'manage-members'), [mailed.role])
  if (mailed.role === role) return mailed
  const changed = await invitees.changeInvitation(actingIn(context, organizationId), mailed, role, currentTime())
  const present = changed && (await findMailed(context, organizationId, email))
  if (!present) throw noInvitation()
  return present
}

/** Somebody else was faster, with an invitation or with the last that the bounds allow. */
async function answerLate(
  context: ActionContext,
  organizationId: string,
  { email, role }: { email: string; role: Role },
): Promise<Invitation> {
  const mailed = await findMailed(context, organizationId, email)
  if (mailed) return changeInvitation(context, mailed, role)
  const invitation = { organizationId, email, invitedBy: context.caller.accountId }
  const obstacle = await invitations.findObstacle(context.env.DB, invitation, currentTime())
  throw obstacle ? refusalFor(obstacle) : tooManyInvitations(1)
}

function refusalFor(obstacle: invitations.Obstacle): ApiError {
  if (obstacle.kind === 'member') {
    return invalidFields([{ pointer: pointer('email'), detail: 'Somebody with this address is a member already.' }])
  }
  if (obstacle.kind === 'too_many_mails') return tooManyInvitations(obstacle.retryAfterSeconds)
  return new ApiError('conflict', 'Too many invitations are open: withdraw one first.')
}

function tooManyInvitations(retryAfterSeconds: number): ApiError {
  const detail = `Too many invitations were sent by you, by the organization or to this address. Try again ${inWords(retryAfterSeconds)}.`
  return tooManyRequests(detail, retryAfterSeconds)
}
