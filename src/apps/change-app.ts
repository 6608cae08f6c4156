import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { type AuditEvent, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import type { App } from './app.ts'
import { deleteAppStatement, updateAppStatement } from './apps-store.ts'
import { deleteSecretStatement, deleteSecretsStatement } from './secrets-store.ts'
import type { AppSettings, Setting } from './settings.ts'

/** What is done to an app, by whom. Everything here answers with nothing when the thing was gone, or changed, before. */
interface Deed {
  app: App
  actor: string
  /** Null: whatever version it has by now. */
  onlyVersion?: number | null
}

/** The settings were checked. Without a difference nothing is written. */
export async function changeApp(
  db: D1Database,
  { app, actor, onlyVersion = null }: Deed,
  settings: AppSettings,
  now: EpochSeconds,
): Promise<App | undefined> {
  const changes = differences(app, settings)
  if (Object.keys(changes).length === 0) return app
  const event = appEvent('app.updated', { app, actor }, now)
  const statement = updateAppStatement(db, app.clientId, { changes, onlyVersion }, now)
  const written = await writeAndAudit(db, statement, event)
  return written && { ...app, ...changes, updatedAt: now, version: Number(written.results[0]?.version) }
}

/** Ends its secrets with it. Its grants end because whoever reads a grant reads the app. */
export async function deleteApp(
  db: D1Database,
  { app, actor, onlyVersion = null }: Deed,
  now: EpochSeconds,
): Promise<boolean> {
  const event = appEvent('app.deleted', { app, actor }, now)
  const statement = deleteAppStatement(db, app.clientId, onlyVersion, now)
  const written = await writeAndAudit(db, statement, event, deleteSecretsStatement(db, app.clientId, now))
  return written !== undefined
}

export async function deleteSecret(
  db: D1Database,
  { app, actor }: Deed,
  secretId: string,
  now: EpochSeconds,
): Promise<boolean> {
  const event = appEvent('secret.deleted', { app, actor }, now)
  const written = await writeAndAudit(db, deleteSecretStatement(db, { clientId: app.clientId, secretId }, now), event)
  return written !== undefined
}

function appEvent(event: AuditEvent['event'], { app, actor }: Deed, at: EpochSeconds): AuditEvent {
  return newAuditEvent({ event, at, actor, organizationId: app.organizationId, clientId: app.clientId })
}

/** Undefined when nothing was changed; then nothing is audited. */
async function writeAndAudit(
  db: D1Database,
  change: D1PreparedStatement,
  event: AuditEvent,
  ...consequences: D1PreparedStatement[]
): Promise<D1Result<Record<string, unknown>> | undefined> {
  const batch = [change, auditIfChangedStatement(db, event), ...consequences]
  const [changed] = await reach('D1', () => db.batch<Record<string, unknown>>(batch))
  return changed && changed.meta.changes > 0 ? changed : undefined
}

function differences(app: App, settings: AppSettings): Partial<AppSettings> {
  const settingNames = Object.keys(settings) as Setting[]
  const changed = settingNames.filter((name) => JSON.stringify(settings[name]) !== JSON.stringify(app[name]))
  return Object.fromEntries(changed.map((name) => [name, settings[name]]))
}
