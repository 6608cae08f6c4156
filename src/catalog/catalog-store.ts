import { z } from 'zod'
import { reach } from '../lib/storage.ts'
import { absoluteIdentifier, type Resource, type Scope } from './catalog.ts'

const scopeRow = z.object({
  name: z.string(),
  resource: z.string(),
  title: z.string(),
  description: z.string(),
  target: z.enum(['account', 'organization']),
  sensitive: z.number().transform((flag) => flag === 1),
})

const resourceRow = z
  .object({
    identifier: z.string(),
    name: z.string(),
    signing_alg: z.enum(['ES256', 'RS256', 'EdDSA']),
    access_token_ttl_seconds: z.number().nullable(),
  })
  .transform((row) => ({
    identifier: row.identifier,
    name: row.name,
    signingAlg: row.signing_alg,
    accessTokenTtlSeconds: row.access_token_ttl_seconds,
  }))

/** Every scope, by resource and name. The catalogue is small: a deployment has tens of scopes, not thousands. */
export async function listScopes(db: D1Database, issuer: string): Promise<Scope[]> {
  const { results } = await reach('D1', () => db.prepare('SELECT * FROM scopes ORDER BY resource, name').all())
  const scopes = results.map((row) => scopeRow.parse(row))
  return scopes.map((scope) => ({ ...scope, resource: absoluteIdentifier(scope.resource, issuer) }))
}

export async function listResources(db: D1Database, issuer: string): Promise<Resource[]> {
  const { results } = await reach('D1', () => db.prepare('SELECT * FROM resources ORDER BY identifier').all())
  const resources = results.map((row) => resourceRow.parse(row))
  return resources.map((resource) => ({ ...resource, identifier: absoluteIdentifier(resource.identifier, issuer) }))
}
