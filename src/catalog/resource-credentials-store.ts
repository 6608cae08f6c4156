import { z } from 'zod'
import { absoluteIdentifier } from './catalog.ts'

/** What a resource authenticates with at /introspect. */
export interface ResourceCredentials {
  identifier: string
  secretHash: string
}

export function findResourceCredentialsStatement(db: D1Database, introspectionId: string): D1PreparedStatement {
  return db
    .prepare('SELECT identifier, introspection_secret_hash FROM resources WHERE introspection_id = ?')
    .bind(introspectionId)
}

/** One at a time: new credentials end the old ones. */
export function setResourceCredentialsStatement(
  db: D1Database,
  identifier: string,
  credentials: { id: string; secretHash: string } | null,
): D1PreparedStatement {
  return db
    .prepare('UPDATE resources SET introspection_id = ?2, introspection_secret_hash = ?3 WHERE identifier = ?1')
    .bind(identifier, credentials?.id ?? null, credentials?.secretHash ?? null)
}

const row = z.object({ identifier: z.string(), introspection_secret_hash: z.string() })

export function parseResourceCredentials(unparsed: unknown, issuer: string): ResourceCredentials {
  const { identifier, introspection_secret_hash } = row.parse(unparsed)
  return { identifier: absoluteIdentifier(identifier, issuer), secretHash: introspection_secret_hash }
}
