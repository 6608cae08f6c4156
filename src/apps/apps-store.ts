import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { toColumns } from '../lib/columns.ts'
import { all, conditions, first, statement } from '../lib/d1.ts'
import { type App, appRow, changeableColumns, registeredColumns } from './app.ts'
import type { AppSettings } from './settings.ts'

/** A deleted app keeps its row, so that its client_id is never used twice; it is found only when asked for. */
export async function findApp(db: D1Database, clientId: string, { deleted = false } = {}): Promise<App | undefined> {
  const app = await first(db, appRow, 'SELECT * FROM apps WHERE client_id = ?', [clientId])
  return app?.deletedAt && !deleted ? undefined : app
}

/** Those of these that exist and were not deleted. */
export async function findApps(db: D1Database, clientIds: readonly string[]): Promise<Map<string, App>> {
  const apps = await all(
    db,
    appRow,
    'SELECT * FROM apps WHERE client_id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL',
    [JSON.stringify(clientIds)],
  )
  return new Map(apps.map((app) => [app.clientId, app]))
}

/** Where a page of a list begins: after this app. */
export interface AppPosition {
  createdAt: EpochSeconds
  clientId: string
}

/** Newest first. Positions do not move when apps come or go: no app is shown twice and none is left out. */
export async function listApps(
  db: D1Database,
  organizationIds: readonly string[],
  { after, limit }: { after: AppPosition | null; limit: number },
): Promise<App[]> {
  const where = conditions(
    ['organization_id IN (SELECT value FROM json_each(?))', JSON.stringify(organizationIds)],
    ['deleted_at IS NULL'],
    after && ['(created_at, client_id) < (?, ?)', after.createdAt, after.clientId],
  )
  const sql = `SELECT * FROM apps WHERE ${where.sql} ORDER BY created_at DESC, client_id DESC LIMIT ?`
  return all(db, appRow, sql, [...where.values, limit])
}

export type AppChanges = Partial<AppSettings & Pick<App, 'logoHash' | 'publisherDomain'>>

const changedColumns = changeableColumns.partial()

/** Who registers it, and how many that exist they may have registered. */
export interface Registrant {
  accountId: string
  mostApps: number
}

/** Inserts nothing when the account has as many as it may: counted and written in one statement. */
export function insertAppStatement(db: D1Database, app: App, { accountId, mostApps }: Registrant): D1PreparedStatement {
  const columns = { created_by: accountId, ...toColumns(registeredColumns, app) }
  const names = Object.keys(columns)
  return statement(
    db,
    `INSERT INTO apps (${names.join(', ')})
     SELECT ${names.map((_, index) => `?${index + 1}`).join(', ')}
      WHERE (SELECT count(*) FROM apps WHERE created_by = ?1 AND deleted_at IS NULL) < ?${names.length + 1}`,
    [...Object.values(columns), mostApps],
  )
}

/** What an update answers with. */
export const versionRow = z.object({ version: z.number() })

/**
 * Writes only what changes, so that two people who change different settings at once do not undo each other.
 * With `onlyVersion` it writes nothing to an app that was changed since, and never to one whose visibility was: the
 * rules that were checked depend on it. Answers with the new version.
 */
export function updateAppStatement(
  db: D1Database,
  app: App,
  { changes, onlyVersion }: { changes: AppChanges; onlyVersion: number | null },
  now: EpochSeconds,
): D1PreparedStatement {
  const columns = toColumns(changedColumns, changes)
  const assignments = Object.keys(columns).map((name) => `${name} = ?`)
  return statement(
    db,
    // Triggers rename the app in the inventory, and record in audit_events which new scopes wait for an organization.
    `UPDATE apps SET ${[...assignments, 'updated_at = ?', 'version = version + 1'].join(', ')}
      WHERE client_id = ? AND deleted_at IS NULL AND version = coalesce(?, version) AND visibility = ?
      RETURNING version`,
    [...Object.values(columns), now, app.clientId, onlyVersion, app.visibility],
  )
}

export function deleteAppStatement(
  db: D1Database,
  clientId: string,
  onlyVersion: number | null,
  now: EpochSeconds,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE apps SET deleted_at = ?2, updated_at = ?2, version = version + 1
      WHERE client_id = ?1 AND deleted_at IS NULL AND version = coalesce(?3, version)`,
    [clientId, now, onlyVersion],
  )
}
