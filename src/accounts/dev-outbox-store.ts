import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, batch, statement } from '../lib/d1.ts'

const SHOWN = 100

/** As `/dev/outbox.json` has it. */
const mailRow = z.object({
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  code: z.string().nullable(),
  sent_at: z.number(),
})
export type DevMail = z.output<typeof mailRow>

type SentMail = Pick<DevMail, 'to' | 'subject' | 'text'> & { code?: string }

const INSERT = 'INSERT INTO dev_outbox ("to", subject, text, code, sent_at) VALUES (?, ?, ?, ?, ?)'

export async function insertDevMails(db: D1Database, mails: readonly SentMail[], now: EpochSeconds): Promise<void> {
  if (mails.length === 0) return
  const rows = mails.map(({ to, subject, text, code }) => [to, subject, text, code ?? null, now])
  await batch(
    db,
    rows.map((row) => statement(db, INSERT, row)),
  )
}

/** Newest first. */
export async function listDevMail(db: D1Database): Promise<DevMail[]> {
  return all(db, mailRow, 'SELECT "to", subject, text, code, sent_at FROM dev_outbox ORDER BY id DESC LIMIT ?', [SHOWN])
}
