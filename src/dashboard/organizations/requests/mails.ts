import type { Mail } from '../../../accounts/mail.ts'
import type { AllowedRecipient } from '../../../accounts/mail-limits.ts'

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
