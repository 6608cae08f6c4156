import { createHash, randomBytes } from 'node:crypto'
import { newClientSecret } from '../../src/apps/client-secret.ts'
import { Browser } from '../support/browser.ts'
import { authorize, authorizePath, type Client, exchangeForm, makePkce } from '../support/flow.ts'
import { startWorkerd, type Workerd } from '../support/server.ts'
import { ACCOUNTS, type Contestant, REDIRECT_URI, times } from './contestant.ts'
import { enter } from './integration.ts'

const CLIENTS = {
  publicClient: { clientId: 'app_bench_public', redirectUri: REDIRECT_URI },
  confidentialClient: { clientId: 'app_bench_confidential', redirectUri: REDIRECT_URI },
  exchangeClient: { clientId: 'app_bench_exchange', redirectUri: REDIRECT_URI },
  flowClient: { clientId: 'app_bench_flow', redirectUri: REDIRECT_URI },
} satisfies Record<string, Client>

interface Person {
  accountId: string
  organizationId: string
  sessionSecret: string
}

/** The bench takes minutes, and prepares more than it uses at once. */
const LONG_LIVED = { AUTHORIZATION_CODE_TTL_SECONDS: '600', ACCESS_TOKEN_TTL_SECONDS: '3600' }

/** The built Worker. Accounts, sessions and apps come by SQL; every grant by the consent page. */
export async function startPostern(): Promise<Contestant> {
  const server = await startWorkerd(LONG_LIVED)
  const people = times(ACCOUNTS, makePerson)
  await insertPeople(server, people)
  const clientSecret = await newClientSecret(server.sealing, CLIENTS.confidentialClient.clientId)
  await insertApps(server, clientSecret)
  const browsers = people.map(({ sessionSecret }) => makeBrowser(server.origin, sessionSecret))
  const credentials = btoa(`${server.demo.id}:${server.demo.secret}`)

  return enter({
    name: 'postern',
    server,
    tokenPath: '/token',
    ...CLIENTS,
    confidentialClient: { ...CLIENTS.confidentialClient, clientSecret },
    authorize: (client, account) => authorize(browsers[account]!, client),
    introspection: (accessToken) => ({
      method: 'POST',
      path: '/introspect',
      headers: { Authorization: `Basic ${credentials}` },
      body: `token=${accessToken}`,
    }),
    flow: (account) => flowUnit(server.origin, browsers[account]!, people[account]!),
    documents: { JWKS: '/.well-known/jwks.json', metadata: '/.well-known/oauth-authorization-server' },
  })
}

function makePerson(): Person {
  return {
    accountId: `acc_${randomBytes(15).toString('base64url')}`,
    organizationId: `org_${randomBytes(15).toString('base64url')}`,
    sessionSecret: randomBytes(32).toString('base64url'),
  }
}

function makeBrowser(origin: string, sessionSecret: string): Browser {
  const browser = new Browser((request) => fetch(request), origin)
  browser.setCookie('postern-session', sessionSecret)
  return browser
}

async function insertPeople({ database }: Workerd, people: readonly Person[]): Promise<void> {
  const insert = (sql: string, ...values: string[]) => database.prepare(sql).bind(...values)
  await database.batch(
    people.flatMap(({ accountId, organizationId, sessionSecret }) => [
      insert(
        'INSERT INTO accounts (id, email, created_at) VALUES (?1, ?2, unixepoch())',
        accountId,
        `${accountId}@example.com`,
      ),
      insert(
        `INSERT INTO organizations (id, name, personal_account_id, created_at) VALUES (?1, 'Personal', ?2, unixepoch())`,
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

async function insertApps({ database }: Workerd, clientSecret: string): Promise<void> {
  const { confidentialClient } = CLIENTS
  const app = database.prepare(
    `INSERT INTO apps (client_id, organization_id, client_name, redirect_uris, grant_types,
       token_endpoint_auth_method, scopes, optional_scopes, visibility, created_at, updated_at)
     VALUES (?1, 'org_demo', 'Bench', ?2, '["authorization_code","refresh_token"]', ?3,
       '["profile:read","projects:read"]', '[]', 'public', unixepoch(), unixepoch())`,
  )
  const secret = database.prepare(
    `INSERT INTO app_secrets (id, client_id, name, secret_hash, created_at, last_used_at)
     VALUES ('sec_bench', ?1, 'Bench', ?2, unixepoch(), unixepoch())`,
  )
  await database.batch([
    ...Object.values(CLIENTS).map((client) =>
      app.bind(
        client.clientId,
        JSON.stringify([REDIRECT_URI]),
        client === confidentialClient ? 'client_secret_post' : 'none',
      ),
    ),
    secret.bind(confidentialClient.clientId, sha256(clientSecret)),
  ])
}

/** With `prompt=consent`, because a second connection of the same app would skip the page. */
function flowUnit(origin: string, browser: Browser, { organizationId }: Person) {
  const pkce = makePkce()
  const exchange = exchangeForm(CLIENTS.flowClient, { code: '', verifier: pkce.verifier })
  exchange.delete('code')
  return {
    kind: 'flow',
    page: {
      method: 'GET',
      path: `${authorizePath(CLIENTS.flowClient, pkce)}&prompt=consent`,
      headers: { Cookie: browser.cookieHeader() },
    },
    answer: {
      method: 'POST',
      path: '/authorize',
      headers: { Origin: origin },
      body: `decision=allow&organization=${organizationId}`,
    },
    exchange: { method: 'POST', path: '/token', body: exchange.toString() },
  } as const
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
