import { createHash } from 'node:crypto'
import { DEMO_CREDENTIALS } from '../../src/demo/registration.ts'
import { type DatabaseTarget, executeSql } from './database.ts'

/** What the demo's API shows at /introspect. */
export const DEMO_RESOURCE = {
  id: DEMO_CREDENTIALS.clientId,
  secret: DEMO_CREDENTIALS.clientSecret,
  path: '/demo/api',
} as const

/** What the demo integration connects as. */
export const DEMO_APP = {
  clientId: 'app_demo',
  redirectPath: '/demo/callback',
  scopes: ['profile:read', 'projects:read'],
  optionalScopes: ['projects:write'],
} as const

/**
 * The demo's resource, scopes and app. Idempotent: rows that exist stay, and only what depends on the port
 * is written again. The resource is a path of the issuer, so its identifier follows the port by itself.
 */
export function demoSql(issuer: string): string {
  return [insertResource(), insertScopes(), insertApp(issuer)].join('\n')
}

function insertResource(): string {
  const { id, secret, path } = DEMO_RESOURCE
  return `
    INSERT INTO resources (identifier, name, introspection_id, introspection_secret_hash, created_at)
    VALUES (${quote(path)}, 'Demo projects API', ${quote(id)}, ${quote(sha256(secret))}, unixepoch())
    ON CONFLICT (identifier) DO NOTHING;`
}

function insertScopes(): string {
  const path = quote(DEMO_RESOURCE.path)
  return `
    INSERT INTO scopes (name, resource, title, description, target, sensitive) VALUES
      ('profile:read', ${path}, 'See your profile',
       'See your name and e-mail address.', 'account', 0),
      ('projects:read', ${path}, 'See projects',
       'See the projects of the organizations you choose.', 'organization', 0),
      ('projects:write', ${path}, 'Change projects',
       'Create, rename and delete projects of the organizations you choose.', 'organization', 1)
    ON CONFLICT (name) DO NOTHING;`
}

function insertApp(issuer: string): string {
  const { clientId, redirectPath, scopes, optionalScopes } = DEMO_APP
  const redirectUris = list([issuer + redirectPath])
  return `
    INSERT INTO organizations (id, name, created_at) VALUES ('org_demo', 'Postern demo', unixepoch())
    ON CONFLICT (id) DO NOTHING;
    INSERT INTO apps (client_id, organization_id, client_name, redirect_uris, grant_types,
      token_endpoint_auth_method, scopes, optional_scopes, client_uri, visibility, created_at, updated_at)
    VALUES (${quote(clientId)}, 'org_demo', 'Demo integration', ${redirectUris},
      ${list(['authorization_code', 'refresh_token'])}, 'none', ${list(scopes)}, ${list(optionalScopes)},
      ${quote(`${issuer}/demo`)}, 'public', unixepoch(), unixepoch())
    ON CONFLICT (client_id) DO UPDATE SET redirect_uris = excluded.redirect_uris, client_uri = excluded.client_uri;`
}

/** Local databases only: the type leaves no way to seed a deployed one. */
export async function seedDemo(target: DatabaseTarget & { remote: false }, issuer: string): Promise<void> {
  await executeSql(target, demoSql(issuer))
}

function list(values: readonly string[]): string {
  return quote(JSON.stringify(values))
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
