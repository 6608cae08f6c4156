import { z } from '@hono/zod-openapi'
import { emailAddress } from '../../../lib/texts.ts'
import { listOf } from '../../kit/pagination.ts'
import { role } from '../schemas.ts'

const email = emailAddress('Enter an e-mail address like name@example.com.').openapi({
  description: 'Who is invited; only an account with this address can accept.',
  example: 'ada@example.com',
})

export const invitationBody = z
  .object({
    id: z.string().openapi({ description: 'The invitation.', example: 'inv_2b1Qv0aXcD8fGhJkLmNp' }),
    email,
    role,
    invited_by: z.string().openapi({ description: 'The account that invited.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    expires_at: z.int().openapi({ description: 'Epoch seconds: seven days later.', example: 1_790_604_800 }),
  })
  .openapi('Invitation', {
    description: 'Somebody who may become a member. The link is in the mail, and nowhere else.',
  })
export const invitationList = listOf(invitationBody).openapi('InvitationList', { description: 'The newest first.' })

export const newInvitation = z.strictObject({ email, role }).openapi('NewInvitation', {
  description:
    'Replaces what was sent to the address more than a day before, whose link is dead then. An invitation that was ' +
    'mailed within a day is not mailed again: it gets the new role.',
})
