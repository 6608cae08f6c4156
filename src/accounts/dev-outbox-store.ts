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

export async function insertDevMails(db: D1Database, mails: readonly Mail[], now: EpochSeconds): Promise<void> {
  if (mails.length === 0) return
  const insert = db.prepare('INSERT INTO dev_outbox ("to", subject, text, code, sent_at) VALUES (?, ?, ?, ?, ?)')
  await reach('D1', () =>
    db.batch(mails.map(({ to, subject, text, code }) => insert.bind(to, subject, text, code ?? null, now))),
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
