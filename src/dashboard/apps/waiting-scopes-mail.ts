import type { Mail } from '../../accounts/mail.ts'
import type { AllowedRecipient } from '../../accounts/mail-limits.ts'

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
