import { buildOnce } from '../support/build.ts'
import { authorizePath, type Client, codeOf, exchangeForm, makePkce } from '../support/flow.ts'
import { startWorker } from '../support/workerd.ts'
import { type Contestant, REDIRECT_URI } from './contestant.ts'
import { enter } from './integration.ts'

const CONFIG = 'test/bench/workers/engine.toml'
const PKCE = makePkce()
const TOKEN_PATH = '/oauth/token'

/** The engine alone: KV storage and opaque tokens. It has no JWKS. */
export async function startEngine(): Promise<Contestant> {
  const script = await buildOnce(CONFIG, 'test/bench/workers/engine-worker.ts')
  const server = await startWorker({ script, config: CONFIG, variables: (origin) => ({ ORIGIN: origin }) })
  const [publicClient, confidentialClient] = await createClients(server.origin)
  const pagePath = (client: Client, account: number) => `${authorizePath(client, PKCE)}&user=user-${account}`
  const exchange = exchangeForm(publicClient, { code: '', verifier: PKCE.verifier })
  exchange.delete('code')

  return enter({
    name: 'engine',
    server,
    tokenPath: TOKEN_PATH,
    publicClient,
    confidentialClient,
    exchangeClient: publicClient,
    async authorize(client, account) {
      const url = server.origin + pagePath(client, account)
      const { headers } = await fetch(url, { headers: { 'X-Approve': 'yes' }, redirect: 'manual' })
      return { code: codeOf(headers.get('Location')), verifier: PKCE.verifier }
    },
    introspection: (accessToken) => ({
      method: 'GET',
      path: '/validate',
      headers: { Authorization: `Bearer ${accessToken}` },
    }),
    flow: (account) => ({
      kind: 'flow',
      page: { method: 'GET', path: pagePath(publicClient, account) },
      answer: { method: 'POST', path: '/authorize', body: `decision=approve&user=user-${account}` },
      exchange: { method: 'POST', path: TOKEN_PATH, body: exchange.toString() },
    }),
    documents: { metadata: '/.well-known/oauth-authorization-server' },
  })
}

async function createClients(origin: string): Promise<[Client, Client]> {
  const response = await fetch(`${origin}/clients`)
  const clients = (await response.json()) as Omit<Client, 'redirectUri'>[]
  const [publicClient, confidentialClient] = clients.map((client) => ({ ...client, redirectUri: REDIRECT_URI }))
  return [publicClient!, confidentialClient!]
}
