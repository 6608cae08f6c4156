import { newClientSecret } from '../../src/apps/client-secret.ts'
import type { Browser } from '../support/browser.ts'
import { authorize, authorizePath, type Client, makePkce } from '../support/flow.ts'
import { startWorkerd } from '../support/server.ts'
import { ACCOUNTS, type Contestant, REDIRECT_URI, times } from './contestant.ts'
import { enter } from './integration.ts'
import { browserOf, exchangeWithoutCode, insertApps, insertPeople, makePerson, type Person } from './people.ts'

const CLIENTS = {
  publicClient: { clientId: 'app_bench_public', redirectUri: REDIRECT_URI },
  confidentialClient: { clientId: 'app_bench_confidential', redirectUri: REDIRECT_URI },
  exchangeClient: { clientId: 'app_bench_exchange', redirectUri: REDIRECT_URI },
  flowClient: { clientId: 'app_bench_flow', redirectUri: REDIRECT_URI },
} satisfies Record<string, Client>

/** The bench takes minutes, and prepares more than it uses at once. */
export const LONG_LIVED = { AUTHORIZATION_CODE_TTL_SECONDS: '600', ACCESS_TOKEN_TTL_SECONDS: '3600' }

/** The built Worker, or another build of it. Accounts, sessions and apps come by SQL; every grant by the consent page. */
export async function startPostern(script?: string): Promise<Contestant> {
  const server = await startWorkerd(LONG_LIVED, script)
  const people = times(ACCOUNTS, makePerson)
  await insertPeople(server, people)
  const clientSecret = await newClientSecret(server.sealing, CLIENTS.confidentialClient.clientId)
  const confidentialClient = { ...CLIENTS.confidentialClient, clientSecret }
  await insertApps(server, Object.values({ ...CLIENTS, confidentialClient }))
  const browsers = people.map((person) => browserOf(server.origin, person))
  const credentials = btoa(`${server.demo.id}:${server.demo.secret}`)

  return enter({
    name: 'postern',
    server,
    tokenPath: '/token',
    ...CLIENTS,
    confidentialClient,
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

/** With `prompt=consent`, because a second connection of the same app would skip the page. */
function flowUnit(origin: string, browser: Browser, { organizationId }: Person) {
  const pkce = makePkce()
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
    exchange: { method: 'POST', path: '/token', body: exchangeWithoutCode(CLIENTS.flowClient, pkce.verifier) },
  } as const
}
