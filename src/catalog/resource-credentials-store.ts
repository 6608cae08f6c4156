import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import { statement } from '../lib/d1.ts'
import { absoluteIdentifier } from './catalog.ts'

/** What a resource authenticates with at /introspect. */
export interface ResourceCredentials {
  identifier: string
  secretHash: string
}

export function findResourceCredentialsStatement(db: D1Database, introspectionId: string): D1PreparedStatement {
  const sql = 'SELECT identifier, introspection_secret_hash FROM resources WHERE introspection_id = ?'
  return statement(db, sql, [introspectionId])
}

/** One at a time: new credentials end the old ones. */
export function setResourceCredentialsStatement(
  db: D1Database,
  identifier: string,
  credentials: { id: string; secretHash: string } | null,
): D1PreparedStatement {
  return statement(
    db,
    'UPDATE resources SET introspection_id = ?2, introspection_secret_hash = ?3 WHERE identifier = ?1',
    [identifier, credentials?.id ?? null, credentials?.secretHash ?? null],
  )
}

const row = camelKeys(z.object({ identifier: z.string(), introspection_secret_hash: z.string() }))

export function parseResourceCredentials(unparsed: unknown, issuer: string): ResourceCredentials {
  const { identifier, introspectionSecretHash: secretHash } = row.parse(unparsed)
  return { identifier: absoluteIdentifier(identifier, issuer), secretHash }
}
