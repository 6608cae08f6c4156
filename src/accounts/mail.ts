import { type Bindings, type Config, ConfigurationError } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { insertDevMails } from './dev-outbox-store.ts'
import type { AllowedRecipient } from './mail-limits.ts'

export interface Mail {
  to: AllowedRecipient
  subject: string
  text: string
  /** The one-time code that the text holds, for the development outbox. */
  code?: string
}

/** `what` names the mails in the log. */
export type Mailer = (what: string, mails: readonly Mail[]) => Promise<void>

interface Mailing {
  env: Bindings
  config: Config
  waitUntil: (work: Promise<unknown>) => void
}

/**
 * Production sends through Cloudflare's Email Service; development puts it where /dev/outbox shows it. Mail
 * leaves after the answer, so that its time tells nothing; the outbox is filled at once. Throws at once when mail
 * cannot be sent at all, before somebody waits for one.
 */
export function getMailer({ env, config, waitUntil }: Mailing): Mailer {
  if (config.development) return (_what, mails) => insertDevMails(env.DB, mails, currentTime())
  const { EMAIL: service } = env
  const { emailFrom: from } = config
  if (!service) throw new ConfigurationError('The binding EMAIL is missing')
  return async (what, mails) => {
    const send = async ({ to, subject, text }: Mail) => service.send({ from, to, subject, text })
    waitUntil(Promise.all(mails.map((mail) => send(mail).catch((error: unknown) => logUnsent(what, error)))))
  }
}

/** Only the kind of the failure: the message could quote the mail, and mails hold codes and links. */
function logUnsent(what: string, error: unknown): void {
  const kind = error instanceof Error ? ('code' in error ? String(error.code) : error.name) : typeof error
  console.error(`${what} could not be sent: ${kind}`)
}
