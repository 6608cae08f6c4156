import type { Mail } from '../../../accounts/mail.ts'
import type { AllowedRecipient } from '../../../accounts/mail-limits.ts'
import type { Invitation } from '../../../organizations/invitation.ts'
import { pathTo, SITE } from '../../kit/addresses.ts'

/** The only place where the link is. Says who invites, so that somebody who knows nobody there notices. */
export function invitationMail(
  to: AllowedRecipient,
  { invitation, token }: { invitation: Invitation; token: string },
  issuer: string,
): Mail {
  const { inviterEmail, organizationName, role } = invitation
  return {
    to,
    subject: `${inviterEmail} invites you to ${organizationName}`,
    text: [
      `${inviterEmail} invites you to join ${organizationName} at ${new URL(issuer).host}, as ${withArticle(role)}.`,
      'Open this link and sign in with this address to see it and accept:',
      `    ${issuer}${pathTo(SITE.invitation, token)}`,
      'It works once, for this address only, and for seven days.',
      'If you do not know them, do nothing: nobody becomes a member without accepting.',
    ].join('\n\n'),
  }
}

function withArticle(role: string): string {
  return /^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`
}
