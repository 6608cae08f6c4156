import type { Mail } from '../accounts/mail.ts'
import type { AllowedRecipient } from '../accounts/mail-limits.ts'
import { describeUserAgent } from '../ui/user-agent.ts'

/** Says where the code was asked for, so that somebody who did not ask notices. */
export function codeMail(request: Request, to: AllowedRecipient, emailCode: string, issuer: string): Mail {
  const host = new URL(issuer).host
  const where = `${describeUserAgent(request.headers.get('User-Agent') ?? '')}, ${placeOf(request)}`
  return {
    to,
    subject: `${emailCode} is your code for ${host}`,
    text: [
      `Your code to sign in at ${host}:`,
      `    ${emailCode}`,
      `It was asked for in ${where}, and works only there, for ten minutes.`,
      'If that was not you, do nothing: without this code nobody can sign in. Never tell it to anyone.',
    ].join('\n\n'),
    code: emailCode,
  }
}

function placeOf({ cf }: Request): string {
  const place = [cf?.city, cf?.country].filter((part): part is string => typeof part === 'string')
  return place.length > 0 ? `near ${place.join(', ')}` : 'at an unknown place'
}
