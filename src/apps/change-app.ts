import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { type AuditEvent, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { reach } from '../lib/storage.ts'
import type { App } from './app.ts'
import { deleteAppStatement, updateAppStatement } from './apps-store.ts'
import { deleteSecretStatement, deleteSecretsStatement } from './secrets-store.ts'
import type { AppSettings, Setting } from './settings.ts'

/** What was done to an app; every one of these returns false when the thing was gone before the write. */
interface Deed {
  app: App
  actor: string
}

/** The settings were checked. Without a difference nothing is written. */
export async function changeApp(
  db: D1Database,
  { app, actor }: Deed,
  settings: AppSettings,
  now: EpochSeconds,
): Promise<App | undefined> {
  const changes = differences(app, settings)
  if (Object.keys(changes).length === 0) return app
  const event = appEvent('app.updated', { app, actor }, now)
  const changed = await writeAndAudit(db, updateAppStatement(db, app.clientId, changes, now), event)
  return changed ? { ...app, ...changes, updatedAt: now, version: app.version + 1 } : undefined
}

/** Ends its secrets with it. Its grants end because whoever reads a grant reads the app. */
export async function deleteApp(db: D1Database, { app, actor }: Deed, now: EpochSeconds): Promise<boolean> {
  const event = appEvent('app.deleted', { app, actor }, now)
  const endSecrets = deleteSecretsStatement(db, app.clientId, now)
  return writeAndAudit(db, deleteAppStatement(db, app.clientId, now), event, endSecrets)
}

export async function deleteSecret(
  db: D1Database,
  { app, actor }: Deed,
  secretId: string,
  now: EpochSeconds,
): Promise<boolean> {
  const event = appEvent('secret.deleted', { app, actor }, now)
  return writeAndAudit(db, deleteSecretStatement(db, { clientId: app.clientId, secretId }, now), event)
}

function appEvent(event: AuditEvent['event'], { app, actor }: Deed, at: EpochSeconds): AuditEvent {
  return newAuditEvent({ event, at, actor, organizationId: app.organizationId, clientId: app.clientId })
}

async function writeAndAudit(
  db: D1Database,
  change: D1PreparedStatement,
  event: AuditEvent,
  ...consequences: D1PreparedStatement[]
): Promise<boolean> {
  const batch = [change, auditIfChangedStatement(db, event), ...consequences]
  const [changed] = await reach('D1', () => db.batch(batch))
  return changed !== undefined && changed.meta.changes > 0
}

function differences(app: App, settings: AppSettings): Partial<AppSettings> {
  const settingNames = Object.keys(settings) as Setting[]
  const changed = settingNames.filter((name) => JSON.stringify(settings[name]) !== JSON.stringify(app[name]))
  return Object.fromEntries(changed.map((name) => [name, settings[name]]))
}
