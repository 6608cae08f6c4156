import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { ownRow } from '../lib/columns.ts'
import type { FactName, Moment, ReadFact, Revision } from './facts.ts'

const TABLES = `
  CREATE TABLE IF NOT EXISTS facts (
    name TEXT PRIMARY KEY, body TEXT, revision INTEGER NOT NULL, changed_at INTEGER NOT NULL, used_on INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS knowledge (revision INTEGER NOT NULL, subject TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS identity (name TEXT NOT NULL);
`

const toFact = ownRow(
  z.object({ name: z.string(), body: z.string().nullable(), revision: z.number(), changed_at: z.number() }),
)
const UNKNOWN: Moment = { revision: 0, subject: '' }
const DAY_SECONDS = 86_400
const UNUSED_DAYS = 30

/** What an authority keeps of D1. It outlives eviction and deploys. Every method is one synchronous step. */
export class ReplicaStore {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
    sql.exec(TABLES)
  }

  find(name: FactName): ReadFact | undefined {
    const [row] = this.sql.exec('SELECT * FROM facts WHERE name = ?', name).toArray()
    return row && { ...toFact(row), name }
  }

  put({ name, body, revision, changedAt }: ReadFact, now: EpochSeconds): void {
    this.sql.exec(
      'INSERT OR REPLACE INTO facts (name, body, revision, changed_at, used_on) VALUES (?, ?, ?, ?, ?)',
      name,
      body,
      revision,
      changedAt,
      dayOf(now),
    )
  }

  /** It changed: what was read before is not true any more. */
  deleteOlder(subject: string, revision: Revision): void {
    this.sql.exec('DELETE FROM facts WHERE name = ? AND revision < ?', subject, revision)
  }

  delete(name: FactName): void {
    this.sql.exec('DELETE FROM facts WHERE name = ?', name)
  }

  deleteOlderThan(revision: Revision): void {
    this.sql.exec('DELETE FROM facts WHERE revision < ?', revision)
  }

  deleteAll(): void {
    this.sql.exec('DELETE FROM facts')
    this.known = UNKNOWN
  }

  /** Once a day is enough to tell what is still needed. */
  noteUse(name: FactName, now: EpochSeconds): void {
    this.sql.exec('UPDATE facts SET used_on = ?2 WHERE name = ?1 AND used_on <> ?2', name, dayOf(now))
  }

  deleteUnused(now: EpochSeconds): void {
    this.sql.exec('DELETE FROM facts WHERE used_on < ?', dayOf(now) - UNUSED_DAYS)
  }

  /** Every change up to this one is in what is kept. */
  get known(): Moment {
    const [row] = this.sql
      .exec<{ revision: Revision; subject: string }>('SELECT revision, subject FROM knowledge')
      .toArray()
    return row ?? UNKNOWN
  }

  set known({ revision, subject }: Moment) {
    this.sql.exec('DELETE FROM knowledge')
    this.sql.exec('INSERT INTO knowledge (revision, subject) VALUES (?, ?)', revision, subject)
  }

  get name(): string | undefined {
    return this.sql.exec<{ name: string }>('SELECT name FROM identity').toArray()[0]?.name
  }

  /** An alarm is not told the name of its object. */
  rememberName(name: string): void {
    if (this.name === undefined) this.sql.exec('INSERT INTO identity (name) VALUES (?)', name)
  }
}

function dayOf(now: EpochSeconds): number {
  return Math.floor(now / DAY_SECONDS)
}
