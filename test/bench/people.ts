import { createHash, randomBytes } from 'node:crypto'
import { Browser } from '../support/browser.ts'
import { type Client, exchangeForm } from '../support/flow.ts'
import type { Workerd } from '../support/server.ts'
import type { Database } from '../support/workerd.ts'
import { REDIRECT_URI } from './contestant.ts'

/** Somebody who is signed in, with an organization of their own. */
export interface Person {
  accountId: string
  organizationId: string
  sessionSecret: string
}

export function makePerson(): Person {
  return {
    accountId: `acc_${randomBytes(15).toString('base64url')}`,
    organizationId: `org_${randomBytes(15).toString('base64url')}`,
    sessionSecret: randomBytes(32).toString('base64url'),
  }
}

export function browserOf(origin: string, { sessionSecret }: Person): Browser {
  const browser = new Browser((request) => fetch(request), origin)
  browser.setCookie('postern-session', sessionSecret)
  return browser
}

/** A connection that idled is closed under whoever writes to it next, before anything of it was read. */
async function write(database: Database, statements: Parameters<Database['batch']>[0]): Promise<void> {
  try {
    await database.batch(statements)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    await database.batch(statements)
  }
}

/** More statements than this at once, and the way to the database breaks. */
const PEOPLE_AT_ONCE = 64

export async function insertPeople({ database }: Workerd, people: readonly Person[]): Promise<void> {
  const insert = (sql: string, ...values: string[]) => database.prepare(sql).bind(...values)
  for (let start = 0; start < people.length; start += PEOPLE_AT_ONCE) {
    await write(
      database,
      people.slice(start, start + PEOPLE_AT_ONCE).flatMap(({ accountId, organizationId, sessionSecret }) => [
        insert(
          'INSERT INTO accounts (id, email, created_at) VALUES (?1, ?2, unixepoch())',
          accountId,
          `${accountId}@example.com`,
        ),
        insert(
          `INSERT INTO organizations (id, name, personal_account_id, created_at)
             VALUES (?1, 'Personal', ?2, unixepoch())`,
          organizationId,
          accountId,
        ),
        insert(
          `INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?1, ?2, 'owner', unixepoch())`,
          organizationId,
          accountId,
        ),
        insert(
          `INSERT INTO sessions (id_hash, account_id, signed_in_at, method, last_seen_at, expires_at)
             VALUES (?1, ?2, unixepoch(), 'email_code', unixepoch(), unixepoch() + 86400)`,
          sha256(sessionSecret),
          accountId,
        ),
      ]),
    )
  }
}

/** They join, the first of them as its owner. */
export async function insertOrganization({ database }: Workerd, id: string, people: readonly Person[]): Promise<void> {
  await write(database, [
    database.prepare("INSERT INTO organizations (id, name, created_at) VALUES (?1, 'Crowd', unixepoch())").bind(id),
    database
      .prepare(
        `INSERT INTO members (organization_id, account_id, role, created_at)
         SELECT ?1, value, iif(key = 0, 'owner', 'member'), unixepoch() FROM json_each(?2)`,
      )
      .bind(id, JSON.stringify(people.map(({ accountId }) => accountId))),
  ])
}

/** Public apps of the demo's organization; one with a secret is confidential. */
export async function insertApps({ database }: Workerd, apps: readonly Client[]): Promise<void> {
  const app = database.prepare(
    `INSERT INTO apps (client_id, organization_id, client_name, redirect_uris, grant_types,
       token_endpoint_auth_method, scopes, optional_scopes, visibility, created_at, updated_at)
     VALUES (?1, 'org_demo', 'Bench', ?2, '["authorization_code","refresh_token"]', ?3,
       '["profile:read","projects:read"]', '[]', 'public', unixepoch(), unixepoch())`,
  )
  const secret = database.prepare(
    `INSERT INTO app_secrets (id, client_id, name, secret_hash, created_at, last_used_at)
     VALUES ('sec_' || ?1, ?1, 'Bench', ?2, unixepoch(), unixepoch())`,
  )
  await write(
    database,
    apps.flatMap(({ clientId, clientSecret }) => [
      app.bind(clientId, JSON.stringify([REDIRECT_URI]), clientSecret ? 'client_secret_post' : 'none'),
      ...(clientSecret ? [secret.bind(clientId, sha256(clientSecret))] : []),
    ]),
  )
}

/** The exchange of a code that is appended later. */
export function exchangeWithoutCode(client: Client, verifier: string): string {
  const form = exchangeForm(client, { code: '', verifier })
  form.delete('code')
  return form.toString()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
