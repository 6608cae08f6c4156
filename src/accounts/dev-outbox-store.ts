import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import type { Mail } from './mail.ts'

const SHOWN = 100

export interface DevMail {
  to: string
  subject: string
  text: string
  code: string | null
  sent_at: EpochSeconds
}

export async function insertDevMail(db: D1Database, mail: Mail, now: EpochSeconds): Promise<void> {
  await reach('D1', () =>
    db
      .prepare('INSERT INTO dev_outbox ("to", subject, text, code, sent_at) VALUES (?, ?, ?, ?, ?)')
      .bind(mail.to, mail.subject, mail.text, mail.code ?? null, now)
      .run(),
  )
}

/** Newest first. */
export async function listDevMail(db: D1Database): Promise<DevMail[]> {
  const { results } = await reach('D1', () =>
    db
      .prepare('SELECT "to", subject, text, code, sent_at FROM dev_outbox ORDER BY id DESC LIMIT ?')
      .bind(SHOWN)
      .all<DevMail>(),
  )
  return results
}
