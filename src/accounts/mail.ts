import { type Bindings, type Config, ConfigurationError } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { insertDevMail } from './dev-outbox-store.ts'

export interface Mail {
  to: string
  subject: string
  text: string
  /** The one-time code that the text holds, for the development outbox. */
  code?: string
}

/**
 * Production sends through Cloudflare's Email Service; development puts it where /dev/outbox shows it. Throws at once
 * when mail cannot be sent at all, before somebody waits for one.
 */
export function getMailer(env: Bindings, config: Config): (mail: Mail) => Promise<void> {
  if (config.development) return (mail) => insertDevMail(env.DB, mail, currentTime())
  const { EMAIL: service } = env
  const { emailFrom: from } = config
  if (!service) throw new ConfigurationError('The binding EMAIL is missing')
  return async ({ to, subject, text }) => {
    await service.send({ from, to, subject, text })
  }
}
