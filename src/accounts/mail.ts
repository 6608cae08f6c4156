import type { Bindings, Config } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { insertDevMail } from './dev-outbox-store.ts'

export interface Mail {
  to: string
  subject: string
  text: string
  /** The one-time code that the text holds, for the development outbox. */
  code?: string
}

/** Production sends through Cloudflare's Email Service; development puts it where /dev/outbox shows it. */
export async function sendMail(env: Bindings, config: Config, mail: Mail): Promise<void> {
  if (config.development) return insertDevMail(env.DB, mail, currentTime())
  if (!env.EMAIL || !config.emailFrom) throw new Error('mail cannot be sent: EMAIL or EMAIL_FROM is not configured')
  await env.EMAIL.send({ from: config.emailFrom, to: mail.to, subject: mail.subject, text: mail.text })
}
