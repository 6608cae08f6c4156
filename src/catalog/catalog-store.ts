import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, batch, rowsOf, statement } from '../lib/d1.ts'
import { flagColumn } from '../lib/flag-column.ts'
import { AUDIENCES, absoluteIdentifier, type Resource, type Scope, SIGNING_ALGORITHMS, TARGETS } from './catalog.ts'

const scopeRow = camelKeys(
  z.object({
    name: z.string(),
    resource: z.string(),
    title: z.string(),
    description: z.string(),
    target: z.enum(TARGETS),
    sensitive: flagColumn,
    open_to: z.enum(AUDIENCES),
    deprecated_at: z.number().nullable(),
    replaced_by: z.string().nullable(),
  }),
)

const resourceRow = camelKeys(
  z.object({
    identifier: z.string(),
    name: z.string(),
    signing_alg: z.enum(SIGNING_ALGORITHMS),
    access_token_ttl_seconds: z.number().nullable(),
    open_to: z.enum(AUDIENCES),
    introspection_id: z.string().nullable(),
  }),
)

const nameRow = z.object({ name: z.string() })

/** Every scope, by resource and name. The catalogue is small: a deployment has tens of scopes, not thousands. */
export async function listScopes(db: D1Database, issuer: string): Promise<Scope[]> {
  const scopes = await all(db, scopeRow, 'SELECT * FROM scopes ORDER BY resource, name')
  return scopes.map((scope) => ({ ...scope, resource: absoluteIdentifier(scope.resource, issuer) }))
}

/** The names of those that need no organization. */
export async function listAccountScopes(db: D1Database): Promise<string[]> {
  const rows = await all(db, nameRow, "SELECT name FROM scopes WHERE target = 'account'")
  return rows.map(({ name }) => name)
}

interface Registered {
  firstParty: boolean
  scopes: readonly string[]
  optionalScopes: readonly string[]
}

/** Those that an app may be registered for: what is open to it and not deprecated, and what it has already. */
export async function listOfferedScopes(db: D1Database, issuer: string, app?: Registered): Promise<Scope[]> {
  const [scopes, resources] = await Promise.all([listScopes(db, issuer), listResources(db, issuer)])
  const isOpen = ({ openTo }: Pick<Resource, 'openTo'>) => openTo === 'everyone' || app?.firstParty === true
  const open = new Set(resources.filter(isOpen).map(({ identifier }) => identifier))
  const kept = new Set([...(app?.scopes ?? []), ...(app?.optionalScopes ?? [])])
  return scopes.filter(
    (scope) => kept.has(scope.name) || (open.has(scope.resource) && isOpen(scope) && scope.deprecatedAt === null),
  )
}

export async function listResources(db: D1Database, issuer: string): Promise<Resource[]> {
  const resources = await all(db, resourceRow, 'SELECT * FROM resources ORDER BY identifier')
  return resources.map((resource) => ({ ...resource, identifier: absoluteIdentifier(resource.identifier, issuer) }))
}

/** Writes nothing when there is one already. `identifier` as it is stored. */
export function insertResourceStatement(db: D1Database, resource: Resource, now: EpochSeconds): D1PreparedStatement {
  return statement(
    db,
    `INSERT OR IGNORE INTO resources (identifier, name, signing_alg, access_token_ttl_seconds, open_to, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [resource.identifier, resource.name, resource.signingAlg, resource.accessTokenTtlSeconds, resource.openTo, now],
  )
}

export function updateResourceStatement(db: D1Database, resource: Resource): D1PreparedStatement {
  return statement(
    db,
    `UPDATE resources SET name = ?2, signing_alg = ?3, access_token_ttl_seconds = ?4, open_to = ?5
      WHERE identifier = ?1`,
    [resource.identifier, resource.name, resource.signingAlg, resource.accessTokenTtlSeconds, resource.openTo],
  )
}

/** Writes nothing when there is one of that name already. `resource` as it is stored. */
export function insertScopeStatement(db: D1Database, scope: Scope): D1PreparedStatement {
  return statement(
    db,
    `INSERT OR IGNORE INTO scopes (name, resource, title, description, target, sensitive)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [scope.name, scope.resource, scope.title, scope.description, scope.target, Number(scope.sensitive)],
  )
}

export function updateScopeStatement(db: D1Database, scope: Scope): D1PreparedStatement {
  return statement(
    db,
    `UPDATE scopes SET title = ?2, description = ?3, sensitive = ?4, deprecated_at = ?5, replaced_by = ?6
      WHERE name = ?1`,
    [scope.name, scope.title, scope.description, Number(scope.sensitive), scope.deprecatedAt, scope.replacedBy],
  )
}

const IN_USE = `
  EXISTS (SELECT 1 FROM apps, json_each(apps.scopes) AS item WHERE apps.deleted_at IS NULL AND item.value = ?1)
  OR EXISTS (SELECT 1 FROM apps, json_each(apps.optional_scopes) AS item
              WHERE apps.deleted_at IS NULL AND item.value = ?1)
  OR EXISTS (SELECT 1 FROM grant_index, json_each(grant_index.scopes) AS item
              WHERE grant_index.state = 'active' AND item.value = ?1)
  OR EXISTS (SELECT 1 FROM scopes WHERE replaced_by = ?1)`

/** Deletes nothing while anything depends on it: asked and done in one statement. */
export function deleteUnusedScopeStatement(db: D1Database, name: string): D1PreparedStatement {
  return statement(db, `DELETE FROM scopes WHERE name = ?1 AND NOT (${IN_USE})`, [name])
}

const dependentRow = camelKeys(z.object({ client_id: z.string(), client_name: z.string() }))
const countRow = z.object({ grants: z.number() })

/** What depends on a scope. */
export interface ScopeDependents {
  apps: readonly z.output<typeof dependentRow>[]
  /** Living grants, as far as the projection knows. */
  grants: number
  /** Deprecated scopes that it replaces. */
  replaces: readonly string[]
}

export async function findScopeDependents(db: D1Database, name: string): Promise<ScopeDependents> {
  const [apps, grants, replaced] = await batch(db, [
    statement(
      db,
      `SELECT client_id, client_name FROM apps
        WHERE deleted_at IS NULL AND (EXISTS (SELECT 1 FROM json_each(scopes) WHERE value = ?1)
           OR EXISTS (SELECT 1 FROM json_each(optional_scopes) WHERE value = ?1))
        ORDER BY client_name, client_id`,
      [name],
    ),
    statement(
      db,
      `SELECT count(*) AS grants FROM grant_index
        WHERE state = 'active' AND EXISTS (SELECT 1 FROM json_each(scopes) WHERE value = ?1)`,
      [name],
    ),
    statement(db, 'SELECT name FROM scopes WHERE replaced_by = ?1 ORDER BY name', [name]),
  ])
  return {
    apps: rowsOf(dependentRow, apps),
    grants: rowsOf(countRow, grants)[0]?.grants ?? 0,
    replaces: rowsOf(nameRow, replaced).map((row) => row.name),
  }
}
