import type { Mail } from '../../accounts/mail.ts'
import type { AllowedRecipient } from '../../accounts/mail-limits.ts'
import type { Invitation } from '../../organizations/invitation.ts'

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
      `    ${issuer}/invitations/${token}`,
      'It works once, for this address only, and for seven days.',
      'If you do not know them, do nothing: nobody becomes a member without accepting.',
    ].join('\n\n'),
  }
}

function withArticle(role: string): string {
  return /^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`
}

/** To whoever may decide. */
export function requestMail(
  to: AllowedRecipient,
  request: { email: string; appName: string; organizationName: string; reason: string; href: string },
): Mail {
  const { email, appName, organizationName, reason, href } = request
  return {
    to,
    subject: `${email} asks for ${appName} in ${organizationName}`,
    text: [
      `${email} wants to connect the app ${appName} to ${organizationName}, which does not let it in. They wrote:`,
      quoted(reason),
      'See who publishes the app, and approve or decline:',
      `    ${href}`,
      'Until then nothing changes: the app reaches nothing.',
    ].join('\n\n'),
  }
}

/** To whoever may decide: an app that was approved within limits wants more by now. */
export function waitingScopesMail(
  to: AllowedRecipient,
  app: { appName: string; organizationName: string; scopes: readonly string[]; href: string },
): Mail {
  const { appName, organizationName, scopes, href } = app
  return {
    to,
    subject: `${appName} asks for more in ${organizationName}`,
    text: [
      `${organizationName} approved the app ${appName} within limits. Since then it has registered:`,
      `    ${scopes.join(' ')}`,
      'It does not have that in your organization. Approve it anew if you want to allow more, or do nothing:',
      `    ${href}`,
    ].join('\n\n'),
  }
}

/** To whoever may switch it on again. */
export function disabledWebhookMail(
  to: AllowedRecipient,
  webhook: { host: string; organizationName: string; href: string },
): Mail {
  const { host, organizationName, href } = webhook
  return {
    to,
    subject: `The webhook to ${host} is switched off in ${organizationName}`,
    text: [
      `For a day or longer, every message of ${organizationName} to ${host} has failed. No more are sent.`,
      'What happens is kept for it, for 30 days. See why it failed, and switch it on again once it works:',
      `    ${href}`,
    ].join('\n\n'),
  }
}

/** To whoever asked. */
export function answerMail(
  to: AllowedRecipient,
  { state, note }: { state: 'approved' | 'declined'; note: string | null },
  { appName, organizationName }: { appName: string; organizationName: string },
): Mail {
  const next =
    state === 'approved'
      ? 'Go back to the app and connect it: you are asked what it may do before it gets anything.'
      : 'The app gets no access there. Ask your administrators if you do not know why.'
  return {
    to,
    subject: `${appName} in ${organizationName}: ${state}`,
    text: [
      `An administrator of ${organizationName} has ${state} your request for ${appName}.`,
      ...(note ? ['They wrote:', quoted(note)] : []),
      next,
    ].join('\n\n'),
  }
}

/** What somebody typed cannot pass for what we say. */
function quoted(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => `    > ${line}`)
    .join('\n')
}
