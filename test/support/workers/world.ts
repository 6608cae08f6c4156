import { env, exports } from 'cloudflare:workers'
import { sealIntrospectionSecret } from '../../../src/catalog/introspection-secret.ts'
import { readConfig } from '../../../src/env.ts'
import { sha256 } from '../../../src/lib/encoding.ts'
import type { Browser } from '../browser.ts'
import { discover, Integration, newPerson, type Registration, registerApp } from '../integration.ts'

export const ISSUER = 'http://localhost:8787'
/** A protected API, with the credentials that it asks /introspect with. */
export const API = {
  identifier: `${ISSUER}/test/api`,
  id: 'resource_test',
  secret: await sealIntrospectionSecret(readConfig(env), 'resource_test', 'secret'.padEnd(43, '_')),
}

export const transport = (request: Request) => exports.default.fetch(request)

let addresses = 0
/** An address that no other test uses. */
export function newEmail(): string {
  return `person-${++addresses}@example.com`
}

export function newBrowser(): Promise<Browser> {
  return newPerson(transport, ISSUER, newEmail())
}

/**
 * The catalogue of the tests: two scopes for organizations, one of them sensitive, and one for the account. Whoever
 * gave the API other credentials in a test did so for that test.
 */
export async function createApi(): Promise<void> {
  // As our own API is stored: a path of the issuer.
  const identifier = new URL(API.identifier).pathname
  const insertScope = env.DB.prepare(
    `INSERT OR IGNORE INTO scopes (name, resource, title, description, target, sensitive) VALUES (?, ?, ?, ?, ?, ?)`,
  )
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO resources (identifier, name, introspection_id, introspection_secret_hash, created_at)
       VALUES (?, 'Test API', ?, ?, 0)
       ON CONFLICT (identifier) DO UPDATE SET introspection_id = excluded.introspection_id,
         introspection_secret_hash = excluded.introspection_secret_hash`,
    ).bind(identifier, API.id, await sha256(API.secret)),
    insertScope.bind('projects:read', identifier, 'See projects', 'See the projects.', 'organization', 0),
    insertScope.bind('projects:write', identifier, 'Change projects', 'Change the projects.', 'organization', 1),
    insertScope.bind('profile:read', identifier, 'See your profile', 'See your name.', 'account', 0),
  ])
}

export const SETTINGS = {
  client_name: 'Test app',
  redirect_uris: ['https://app.example/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  scopes: ['projects:read', 'profile:read'],
  optional_scopes: ['projects:write'],
}
export const PUBLIC_SETTINGS = { ...SETTINGS, token_endpoint_auth_method: 'none' }

/** A person, the app that they registered, and the app's backend. */
export interface World {
  browser: Browser
  app: Registration & { organizationId: string }
  integration: Integration
}

export async function createWorld(settings: Record<string, unknown> = SETTINGS): Promise<World> {
  await createApi()
  const browser = await newBrowser()
  const app = await registerApp(browser, settings)
  return { browser, app, integration: new Integration(transport, await discover(transport, ISSUER), app) }
}

/** Another app of the same person. */
export async function registerAnother({ browser }: World, settings: Record<string, unknown>): Promise<World> {
  const app = await registerApp(browser, settings)
  return { browser, app, integration: new Integration(transport, await discover(transport, ISSUER), app) }
}

/** One form-encoded POST, as nobody in particular. */
export function postForm(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return transport(
    new Request(ISSUER + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields),
    }),
  )
}

export function basic(id: string, secret: string): Record<string, string> {
  return { Authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}` }
}

/** Asks as the API would. */
export async function introspectAsApi(token: string): Promise<{ active: boolean } & Record<string, unknown>> {
  const response = await postForm('/introspect', { token }, basic(API.id, API.secret))
  return response.json()
}
