import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, type Condition, conditions, first, rowsOf, run, statement } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import { STATUS_LIST_SIZE } from './status-list.ts'

/** Of a grant, as far as its statuses repeat it. */
export interface StatusSubject {
  grantId: string
  accountId: string
  clientId: string
  organizations: readonly string[]
  scopes: readonly string[]
  /** Of the grant. */
  version: number
  /** How many removals of access there had been. */
  consentedAfter: number
}

const COLUMNS = 'grant_id, account_id, client_id, organizations, scopes, version, consented_after'

/**
 * The first generation of a grant, before its code leaves. The index comes from the table's own sequence. Undefined,
 * and nothing is written: access was taken away since the consent was checked, perhaps this one's. Whatever is taken away
 * later finds the row.
 */
export async function insertTokenStatus(db: D1Database, subject: StatusSubject): Promise<LivingStatus | undefined> {
  return first(
    db,
    livingRow,
    // A trigger gives each organization its row in organization_statuses.
    `INSERT INTO token_statuses (${COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, count FROM access_removals WHERE count = ?
     RETURNING id, ${REVISION} AS revision`,
    columnValues(subject),
  )
}

/** An index, and the revision of the database at which it was the living one of its grant. */
export interface LivingStatus {
  id: number
  revision: number
}

const REVISION = 'coalesce((SELECT max(revision) FROM changes), 0)'
const livingRow = z.object({ id: z.number(), revision: z.number() })

/** For the end of a batch that renews some: what is the living index of each now. */
export function listLivingStatusesStatement(db: D1Database, grantIds: readonly string[]): D1PreparedStatement {
  return statement(
    db,
    `SELECT grant_id AS grantId, id, ${REVISION} AS revision FROM token_statuses
      WHERE grant_id IN (SELECT value FROM json_each(?)) AND invalid_at IS NULL`,
    [JSON.stringify(grantIds)],
  )
}

export function parseLivingStatuses(result: D1Result | undefined): (LivingStatus & { grantId: string })[] {
  return rowsOf(livingRow.extend({ grantId: z.string() }), result)
}

/** A grant that ended takes its generation along. */
export function endStatusStatement(db: D1Database, grantId: string, now: EpochSeconds): D1PreparedStatement {
  // A trigger takes the row from organization_statuses.
  const sql = 'UPDATE token_statuses SET invalid_at = ?2 WHERE grant_id = ?1 AND invalid_at IS NULL'
  return statement(db, sql, [grantId, now])
}

/** What a person gave is over for good: no generation follows. */
export function endStatusesOfAccountStatement(
  db: D1Database,
  accountId: string,
  now: EpochSeconds,
): D1PreparedStatement {
  // A trigger takes the row from organization_statuses.
  return statement(db, 'UPDATE token_statuses SET invalid_at = ?2 WHERE account_id = ?1 AND invalid_at IS NULL', [
    accountId,
    now,
  ])
}

/** Ends the generation that was there before this version of the grant; the next follows by {@link alignStatusStatements}. */
export function endOlderStatusStatement(
  db: D1Database,
  { grantId, version }: { grantId: string; version: number },
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    // A trigger takes the row from organization_statuses.
    'UPDATE token_statuses SET invalid_at = ?3 WHERE grant_id = ?1 AND version < ?2 AND invalid_at IS NULL',
    [grantId, version, now],
  )
}

/** A living grant has one living generation, which says what its tokens may carry at most. */
export function alignStatusStatements(db: D1Database, subject: StatusSubject): D1PreparedStatement[] {
  const { grantId, organizations, scopes } = subject
  return [
    statement(
      db,
      // A trigger takes the rows of the organizations that it lost from organization_statuses.
      `UPDATE token_statuses SET organizations = ?2, scopes = ?3
        WHERE grant_id = ?1 AND invalid_at IS NULL AND (organizations <> ?2 OR scopes <> ?3)`,
      [grantId, JSON.stringify(organizations), JSON.stringify(scopes)],
    ),
    statement(
      db,
      // A trigger gives each organization its row in organization_statuses.
      `INSERT INTO token_statuses (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      columnValues(subject),
    ),
  ]
}

/** Which living generations end: all that match every part that is given. */
export interface Ending {
  clientId?: string
  /** Of any app of this organization. */
  ownerId?: string
  accountId?: string
  organizationId?: string
  /** Any of these. */
  scopes?: readonly string[]
  /** By what the batch has written so far. */
  only?: keyof typeof ONLY
}

const ONLY = {
  /** Not of apps that the organization approved: its own ceiling does not count for them. */
  unapproved: ({ organizationId }: Ending): Condition => [
    `NOT EXISTS (SELECT 1 FROM app_decisions AS decision
                  WHERE decision.organization_id = ? AND decision.client_id = token_statuses.client_id
                    AND decision.decision = 'approved')`,
    organizationId ?? null,
  ],
  formerMember: ({ organizationId, accountId }: Ending): Condition => [
    'NOT EXISTS (SELECT 1 FROM members WHERE organization_id = ? AND account_id = ?)',
    organizationId ?? null,
    accountId ?? null,
  ],
  deletedApp: (): Condition => [
    `EXISTS (SELECT 1 FROM apps WHERE apps.client_id = token_statuses.client_id AND apps.deleted_at IS NOT NULL)`,
  ],
}

/**
 * For the batch that writes a decision: the access tokens of every matching grant die, and each grant has its next
 * generation in the same moment, so that the next refresh gets what is still allowed.
 */
export function endStatusesStatements(db: D1Database, ending: Ending, now: EpochSeconds): D1PreparedStatement[] {
  if (ending.scopes?.length === 0) return []
  const endId = randomId('cut')
  const where = matches(ending)
  // A trigger takes the row from organization_statuses.
  const sql = `UPDATE token_statuses SET invalid_at = ?, ended_by = ? WHERE invalid_at IS NULL AND ${where.sql}`
  return [statement(db, sql, [now, endId, ...where.values]), successorsStatement(db, endId)]
}

/** One condition for each part, so that SQLite finds the index of the narrowest. */
function matches(ending: Ending) {
  const { clientId, ownerId, accountId, organizationId, scopes, only } = ending
  return conditions(
    clientId !== undefined && ['client_id = ?', clientId],
    accountId !== undefined && ['account_id = ?', accountId],
    organizationId !== undefined && [IN_ORGANIZATION, organizationId, clientId ?? null],
    scopes && [WITH_ANY_SCOPE, JSON.stringify(scopes)],
    ownerId !== undefined && ['client_id IN (SELECT client_id FROM apps WHERE organization_id = ?)', ownerId],
    only && ONLY[only](ending),
  )
}

const IN_ORGANIZATION = `
  id IN (SELECT status_id FROM organization_statuses WHERE organization_id = ? AND client_id = coalesce(?, client_id))`
const WITH_ANY_SCOPE = `
  EXISTS (SELECT 1 FROM json_each(token_statuses.scopes) AS scope
           WHERE scope.value IN (SELECT value FROM json_each(?)))`

/** Right after the generations that it succeeds were ended under this id. */
export function successorsStatement(db: D1Database, endId: string): D1PreparedStatement {
  return statement(
    db,
    // A trigger gives each organization its row in organization_statuses.
    `INSERT INTO token_statuses (${COLUMNS}) SELECT ${COLUMNS} FROM token_statuses WHERE ended_by = ?`,
    [endId],
  )
}

const idRow = z.object({ id: z.number() })

/** The indexes of one list whose tokens are invalid; undefined for a list that no token can name yet. */
export async function findInvalidIndexes(db: D1Database, list: number): Promise<number[] | undefined> {
  const first = list * STATUS_LIST_SIZE
  const [newest, invalid] = await batch(db, [
    statement(db, "SELECT seq AS id FROM sqlite_sequence WHERE name = 'token_statuses'"),
    statement(db, 'SELECT id FROM token_statuses WHERE invalid_at IS NOT NULL AND id >= ?1 AND id < ?2', [
      first,
      first + STATUS_LIST_SIZE,
    ]),
  ])
  if (first > (rowsOf(idRow, newest)[0]?.id ?? -1)) return undefined
  return rowsOf(idRow, invalid).map(({ id }) => id - first)
}

/** Longer than any access token lives (src/env.ts). */
const RETENTION_SECONDS = 2 * 86_400
const MAX_DELETED = 5000

/** Generations whose tokens have all expired. Their indexes are never used again. */
export async function deleteOldStatuses(db: D1Database, now: EpochSeconds): Promise<void> {
  await run(
    db,
    'DELETE FROM token_statuses WHERE id IN (SELECT id FROM token_statuses WHERE invalid_at <= ? LIMIT ?)',
    [now - RETENTION_SECONDS, MAX_DELETED],
  )
}

function columnValues(subject: StatusSubject): (string | number)[] {
  return [
    subject.grantId,
    subject.accountId,
    subject.clientId,
    JSON.stringify(subject.organizations),
    JSON.stringify(subject.scopes),
    subject.version,
    subject.consentedAfter,
  ]
}
