import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { type AuditEvent, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf, rowsOf } from '../lib/d1.ts'
import { cutOffStatements } from '../revocation/cut-offs-store.ts'
import { endStatusesStatements } from '../revocation/token-statuses-store.ts'
import type { App } from './app.ts'
import { type AppChanges, deleteAppStatement, updateAppStatement, versionRow } from './apps-store.ts'
import type { Logo } from './logo.ts'
import { insertLogoStatement } from './logo-store.ts'
import { homepageHost } from './publisher.ts'
import { deleteCheckStatement, endMovedCheckStatement } from './publisher-store.ts'
import { deleteSecretStatement, deleteSecretsStatement } from './secrets-store.ts'
import type { AppSettings } from './settings.ts'

/** What is done to an app, by whom. Everything here answers with nothing when the thing was gone, or changed, before. */
interface ActingOn {
  app: App
  actor: string
  /** Null: whatever version it has by now. */
  onlyVersion?: number | null
}

interface NewSettings {
  settings: AppSettings
  /** The picture of a logo that is new. */
  logo?: Logo | undefined
}

/** The settings were checked. Without a difference nothing is written. */
export async function changeApp(
  db: D1Database,
  acting: ActingOn,
  { settings, logo }: NewSettings,
  now: EpochSeconds,
): Promise<App | undefined> {
  const { app } = acting
  const changes = differences(app, settings, logo)
  if (Object.keys(changes).length === 0) return app
  const update = updateAppStatement(db, app, { changes, onlyVersion: requiredVersion(acting, settings) }, now)
  const consequences = [
    auditIfChangedStatement(db, appEvent('app.updated', acting, now)),
    ...(movesHomepage(app, settings) ? moveStatements(db, acting, settings, now) : []),
    ...(changes.visibility === 'private' ? endOutsideStatements(db, acting, now) : []),
    ...(logo ? [insertLogoStatement(db, logo, now)] : []),
  ]
  const [written] = await batch(db, [update, ...consequences])
  const [row] = rowsOf(versionRow, written)
  return row && { ...app, ...changes, updatedAt: now, version: row.version }
}

/** Ends its secrets with it. Its grants end because whoever reads a grant reads the app. */
export async function deleteApp(
  db: D1Database,
  { app, actor, onlyVersion = null }: ActingOn,
  now: EpochSeconds,
): Promise<boolean> {
  const event = appEvent('app.deleted', { app, actor }, now)
  const statement = deleteAppStatement(db, app.clientId, onlyVersion, now)
  const consequences = [
    deleteSecretsStatement(db, app.clientId, now),
    deleteCheckStatement(db, app.clientId),
    ...endStatusesStatements(db, { clientId: app.clientId, only: 'deletedApp' }, now),
  ]
  return writeAndAudit(db, statement, event, ...consequences)
}

export async function deleteSecret(
  db: D1Database,
  { app, actor }: ActingOn,
  secretId: string,
  now: EpochSeconds,
): Promise<boolean> {
  const event = appEvent('secret.deleted', { app, actor }, now)
  return writeAndAudit(db, deleteSecretStatement(db, { clientId: app.clientId, secretId }, now), event)
}

function appEvent(event: AuditEvent['event'], { app, actor }: ActingOn, at: EpochSeconds): AuditEvent {
  return newAuditEvent({ event, at, actor, organizationId: app.organizationId, clientId: app.clientId })
}

/** False when nothing was changed; then nothing is audited. */
async function writeAndAudit(
  db: D1Database,
  change: D1PreparedStatement,
  event: AuditEvent,
  ...consequences: D1PreparedStatement[]
): Promise<boolean> {
  const [changed] = await batch(db, [change, auditIfChangedStatement(db, event), ...consequences])
  return changesOf(changed) > 0
}

/** What makes an app public is spread over several settings: two changes at once must not lose it together. */
function requiredVersion({ app, onlyVersion = null }: ActingOn, settings: AppSettings): number | null {
  return onlyVersion ?? (settings.visibility === 'public' ? app.version : null)
}

/** The mark was for the old host, whoever has verified it when this is written. */
function movesHomepage(app: App, settings: AppSettings): boolean {
  return homepageHost(app) !== homepageHost(settings)
}

/** A private app reaches other organizations only where it was approved. */
function endOutsideStatements(db: D1Database, { app, actor }: ActingOn, now: EpochSeconds): D1PreparedStatement[] {
  return cutOffStatements(db, { clientId: app.clientId, event: 'app.updated', actor }, now)
}

function moveStatements(
  db: D1Database,
  acting: ActingOn,
  { clientUri }: AppSettings,
  now: EpochSeconds,
): D1PreparedStatement[] {
  const { clientId, publisherDomain } = acting.app
  const endCheck = endMovedCheckStatement(db, { clientId, clientUri, host: homepageHost({ clientUri }) })
  if (publisherDomain === null) return [endCheck]
  const event = { ...appEvent('publisher.lost', acting, now), reason: 'homepage_changed' }
  const cause = { clientId, event: event.event, actor: acting.actor }
  return [endCheck, auditIfChangedStatement(db, event), ...cutOffStatements(db, cause, now)]
}

function differences(app: App, settings: AppSettings, logo: Logo | undefined): AppChanges {
  const wanted: AppChanges = { ...settings, logoHash: settings.logoUri && (logo?.hash ?? app.logoHash) }
  const names = Object.keys(wanted) as (keyof AppChanges)[]
  const changed = names.filter((name) => JSON.stringify(wanted[name]) !== JSON.stringify(app[name]))
  const changes: AppChanges = Object.fromEntries(changed.map((name) => [name, wanted[name]]))
  return movesHomepage(app, settings) ? { ...changes, publisherDomain: null } : changes
}
