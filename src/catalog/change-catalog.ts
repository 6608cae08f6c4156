import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { type AuditEventName, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf } from '../lib/d1.ts'
import { sha256 } from '../lib/encoding.ts'
import { randomId } from '../lib/random.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import { type Resource, type Scope, storedIdentifier } from './catalog.ts'
import {
  deleteUnusedScopeStatement,
  insertResourceStatement,
  insertScopeStatement,
  updateResourceStatement,
  updateScopeStatement,
} from './catalog-store.ts'
import { newIntrospectionSecret } from './introspection-secret.ts'
import { setResourceCredentialsStatement } from './resource-credentials-store.ts'

/** Where and by whom the catalogue is changed. Every change answers false when nothing was there to be changed. */
export interface Curator extends Sealing {
  db: D1Database
  actor: string
}

export function createResource(curator: Curator, resource: Resource, now: EpochSeconds): Promise<boolean> {
  const statement = insertResourceStatement(curator.db, stored(curator, resource), now)
  return write(curator, statement, 'resource.created', resource.identifier, now)
}

export function changeResource(curator: Curator, resource: Resource, now: EpochSeconds): Promise<boolean> {
  const statement = updateResourceStatement(curator.db, stored(curator, resource))
  return write(curator, statement, 'resource.updated', resource.identifier, now)
}

export function createScope(curator: Curator, scope: Scope, now: EpochSeconds): Promise<boolean> {
  const row = { ...scope, resource: storedIdentifier(scope.resource, curator.issuer) }
  return write(curator, insertScopeStatement(curator.db, row), 'scope.created', scope.name, now)
}

export function changeScope(curator: Curator, scope: Scope, now: EpochSeconds): Promise<boolean> {
  return write(curator, updateScopeStatement(curator.db, scope), 'scope.updated', scope.name, now)
}

/** False as well while something depends on it. */
export function deleteScope(curator: Curator, name: string, now: EpochSeconds): Promise<boolean> {
  return write(curator, deleteUnusedScopeStatement(curator.db, name), 'scope.deleted', name, now)
}

/** New credentials for /introspect, in clear this once. The old ones stop working at the next request. */
export async function createResourceCredentials(
  curator: Curator,
  identifier: string,
  now: EpochSeconds,
): Promise<{ id: string; secret: string } | undefined> {
  const id = randomId('resource')
  const credentials = { id, secret: await newIntrospectionSecret(curator, id) }
  const row = { id, secretHash: await sha256(credentials.secret) }
  const statement = setResourceCredentialsStatement(curator.db, storedIdentifier(identifier, curator.issuer), row)
  const written = await write(curator, statement, 'resource.secret_created', identifier, now)
  return written ? credentials : undefined
}

function stored({ issuer }: Curator, resource: Resource): Resource {
  return { ...resource, identifier: storedIdentifier(resource.identifier, issuer) }
}

/** The event names what was changed as its reason: neither resource nor scope has a column of its own there. */
async function write(
  { db, actor }: Curator,
  change: D1PreparedStatement,
  event: AuditEventName,
  subject: string,
  at: EpochSeconds,
): Promise<boolean> {
  const audit = newAuditEvent({ event, at, actor, reason: subject })
  const [changed] = await batch(db, [change, auditIfChangedStatement(db, audit)])
  return changesOf(changed) > 0
}
