import { createHash } from 'node:crypto'
import { sealIntrospectionSecret } from '../../src/catalog/introspection-secret.ts'
import { DEMO_INTROSPECTION_ID, DEMO_SECRET_BODY } from '../../src/demo/registration.ts'
import type { Sealing } from '../../src/lib/sealed-credential.ts'
import { type DatabaseTarget, executeSql } from './database.ts'

/** The demo's API. */
export const DEMO_RESOURCE = { id: DEMO_INTROSPECTION_ID, path: '/demo/api' } as const

/** What the demo's API shows at /introspect: each deployment seals another secret. */
export async function demoCredentials(sealing: Sealing): Promise<{ id: string; secret: string }> {
  const { id } = DEMO_RESOURCE
  return { id, secret: await sealIntrospectionSecret(sealing, id, DEMO_SECRET_BODY) }
}

/** What the demo integration connects as. */
export const DEMO_APP = {
  clientId: 'app_demo',
  redirectPath: '/demo/callback',
  scopes: ['profile:read', 'projects:read'],
  optionalScopes: ['projects:write'],
} as const

/**
 * The demo's resource, scopes and app. Idempotent: rows that exist stay, and only what depends on the port
 * or on the secrets is written again. The resource is a path of the issuer, so its identifier follows the port by itself.
 */
export async function demoSql(sealing: Sealing): Promise<string> {
  return [insertResource(await demoCredentials(sealing)), insertScopes(), insertApp(sealing.issuer)].join('\n')
}

function insertResource({ id, secret }: { id: string; secret: string }): string {
  const { path } = DEMO_RESOURCE
  return `
    INSERT INTO resources (identifier, name, introspection_id, introspection_secret_hash, created_at)
    VALUES (${quote(path)}, 'Demo projects API', ${quote(id)}, ${quote(sha256(secret))}, unixepoch())
    ON CONFLICT (identifier) DO UPDATE SET introspection_secret_hash = excluded.introspection_secret_hash
      WHERE introspection_id = excluded.introspection_id;`
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
export async function seedDemo(target: DatabaseTarget & { remote: false }, sealing: Sealing): Promise<void> {
  await executeSql(target, await demoSql(sealing))
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
