import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import { type App, appRow } from './app.ts'
import type { AppSettings } from './settings.ts'

/** A deleted app keeps its row, so that its client_id is never used twice; it is found only when asked for. */
export async function findApp(db: D1Database, clientId: string, { deleted = false } = {}): Promise<App | undefined> {
  const row = await reach('D1', () => db.prepare('SELECT * FROM apps WHERE client_id = ?').bind(clientId).first())
  const app = row ? appRow.parse(row) : undefined
  return app?.deletedAt && !deleted ? undefined : app
}

/** Those of these that exist and were not deleted. */
export async function findApps(db: D1Database, clientIds: readonly string[]): Promise<Map<string, App>> {
  const statement = db
    .prepare('SELECT * FROM apps WHERE client_id IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL')
    .bind(JSON.stringify(clientIds))
  const { results } = await reach('D1', () => statement.all())
  return new Map(results.map((row) => appRow.parse(row)).map((app) => [app.clientId, app]))
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
  const statement = db
    .prepare(
      `SELECT * FROM apps
        WHERE organization_id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL
          AND (?2 IS NULL OR (created_at, client_id) < (?2, ?3))
        ORDER BY created_at DESC, client_id DESC LIMIT ?4`,
    )
    .bind(JSON.stringify(organizationIds), after?.createdAt ?? null, after?.clientId ?? null, limit)
  const { results } = await reach('D1', () => statement.all())
  return results.map((row) => appRow.parse(row))
}

/** What is written of an app after its registration: its settings, and what follows from them. */
type Changeable = AppSettings & Pick<App, 'logoHash' | 'publisherDomain'>
export type AppChanges = Partial<Changeable>

const COLUMNS = {
  clientName: 'client_name',
  redirectUris: 'redirect_uris',
  grantTypes: 'grant_types',
  tokenEndpointAuthMethod: 'token_endpoint_auth_method',
  scopes: 'scopes',
  optionalScopes: 'optional_scopes',
  clientUri: 'client_uri',
  logoUri: 'logo_uri',
  policyUri: 'policy_uri',
  tosUri: 'tos_uri',
  contacts: 'contacts',
  visibility: 'visibility',
  logoHash: 'logo_hash',
  publisherDomain: 'publisher_domain',
} as const satisfies Record<keyof Changeable, string>
const CHANGEABLE = Object.keys(COLUMNS) as (keyof Changeable)[]

/** Who registers it, and how many that exist they may have registered. */
export interface Registrant {
  accountId: string
  mostApps: number
}

/** Inserts nothing when the account has as many as it may: counted and written in one statement. */
export function insertAppStatement(db: D1Database, app: App, { accountId, mostApps }: Registrant): D1PreparedStatement {
  const columns = ['created_by', 'client_id', 'organization_id', 'created_at', 'updated_at', ...Object.values(COLUMNS)]
  const values = CHANGEABLE.map((name) => toColumn(app[name]))
  return db
    .prepare(
      `INSERT INTO apps (${columns.join(', ')})
       SELECT ${columns.map((_, index) => `?${index + 1}`).join(', ')}
        WHERE (SELECT count(*) FROM apps WHERE created_by = ?1 AND deleted_at IS NULL) < ?${columns.length + 1}`,
    )
    .bind(accountId, app.clientId, app.organizationId, app.createdAt, app.updatedAt, ...values, mostApps)
}

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
  const changed = CHANGEABLE.filter((name) => changes[name] !== undefined)
  const assignments = changed.map((name) => `${COLUMNS[name]} = ?`)
  return db
    .prepare(
      `UPDATE apps SET ${[...assignments, 'updated_at = ?', 'version = version + 1'].join(', ')}
        WHERE client_id = ? AND deleted_at IS NULL AND version = coalesce(?, version) AND visibility = ?
        RETURNING version`,
    )
    .bind(...changed.map((name) => toColumn(changes[name])), now, app.clientId, onlyVersion, app.visibility)
}

export function deleteAppStatement(
  db: D1Database,
  clientId: string,
  onlyVersion: number | null,
  now: EpochSeconds,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE apps SET deleted_at = ?2, updated_at = ?2, version = version + 1
        WHERE client_id = ?1 AND deleted_at IS NULL AND version = coalesce(?3, version)`,
    )
    .bind(clientId, now, onlyVersion)
}

function toColumn(value: AppChanges[keyof AppChanges]): string | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
