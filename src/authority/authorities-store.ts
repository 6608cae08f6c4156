import { z } from 'zod'
import type { Config } from '../env.ts'
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

/** Longer than an outage: an authority that goes on without D1 for all of it is told of everything it missed. */
const MARGIN_SECONDS = 5
const MOST_TOLD = 2000

const nameRow = z.object({ name: z.string() })
const changeRow = z.object({ subject: z.string(), revision: z.number() })

/** Who has to be told, and of what: everything that changed lately, so that a repeated request tells it again. */
export async function readAnnouncement(
  db: D1Database,
  { outageSeconds }: Pick<Config, 'outageSeconds'>,
): Promise<{ authorities: string[]; changes: Changes }> {
  const [authorities, changed] = await batch(db, [
    statement(db, 'SELECT name FROM authorities'),
    statement(
      db,
      `SELECT subject, revision FROM changes
        WHERE revision > CAST(unixepoch('subsec') * 1000 AS INTEGER) - ? ORDER BY revision DESC LIMIT ?`,
      [(outageSeconds + MARGIN_SECONDS) * 1000, MOST_TOLD],
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
