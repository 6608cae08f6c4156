import type { Mail } from '../../../accounts/mail.ts'
import type { AllowedRecipient } from '../../../accounts/mail-limits.ts'

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
