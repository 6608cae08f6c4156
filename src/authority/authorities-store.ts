import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, rowsOf, run, statement } from '../lib/d1.ts'
import { type Changes, EVERYTHING } from './facts.ts'

/** Before its first question: from here on it is told of every change. */
export async function registerAuthority(db: D1Database, name: string, now: EpochSeconds): Promise<void> {
  await run(db, 'INSERT INTO authorities (name, since) VALUES (?, ?) ON CONFLICT DO NOTHING', [name, now])
}

/** Whatever anybody knows is read anew. */
export async function raiseEverything(db: D1Database): Promise<void> {
  await run(db, 'INSERT INTO changed (subject) VALUES (?)', [EVERYTHING])
}

/** Longer than an authority may go without an answer of D1: whoever knows less reads before it signs. */
const TOLD_MS = 65_000
const MOST_TOLD = 2000

const nameRow = z.object({ name: z.string() })
const changeRow = z.object({ subject: z.string(), revision: z.number() })

/** Who has to be told, and of what: everything that changed lately, so that a repeated request tells it again. */
export async function readAnnouncement(db: D1Database): Promise<{ authorities: string[]; changes: Changes }> {
  const [authorities, changed] = await batch(db, [
    statement(db, 'SELECT name FROM authorities'),
    statement(
      db,
      `SELECT subject, revision FROM changes
        WHERE revision > CAST(unixepoch('subsec') * 1000 AS INTEGER) - ? ORDER BY revision DESC LIMIT ?`,
      [TOLD_MS, MOST_TOLD],
    ),
  ])
  const rows = rowsOf(changeRow, changed)
  const [newest] = rows
  const changes = Object.fromEntries(rows.map(({ subject, revision }) => [subject, revision]))
  return {
    authorities: rowsOf(nameRow, authorities).map(({ name }) => name),
    changes: newest && rows.length === MOST_TOLD ? { ...changes, [EVERYTHING]: newest.revision } : changes,
  }
}
