import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { callApi } from '../support/api-client.ts'
import type { Browser } from '../support/browser.ts'
import {
  authorizePath,
  type Client,
  codeOf,
  exchangeForm,
  makePkce,
  postForm,
  postToken,
  refreshForm,
  signInOver,
} from '../support/flow.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { CONTESTANTS, newEmail, race } from './race.ts'

/** `ROUNDS=10 npm exec -- vitest run --project served test/races/decisions.test.ts` */
const ROUNDS = Number(process.env.ROUNDS ?? 2)
const MANY = '200'
const SCOPES = ['profile:read', 'projects:read']

const server = useWorkerd({ APPS_PER_ACCOUNT: MANY, ORGANIZATIONS_PER_ACCOUNT: MANY })

let administrator: Browser
let person: Browser
let operator: Browser
let personId: string
beforeAll(async () => {
  const { origin, database } = server()
  const email = newEmail()
  administrator = await signInOver(origin, newEmail())
  person = await signInOver(origin, email)
  operator = await signInOver(origin, 'operator@example.com')
  const account = await database.prepare('SELECT id FROM accounts WHERE email = ?').bind(email).first<{ id: string }>()
  personId = account?.id ?? ''
})

/** An organization, an app that is not its own, and what a member of it allowed to the app there. */
interface Connection {
  organization: string
  client: Client & { clientSecret: string }
  accessToken: string
  refreshToken: string
}

async function connect(): Promise<Connection> {
  const { origin, database } = server()
  const created = await callApi<{ id: string }>(administrator, 'POST', '/api/v1/organizations', {
    name: 'Acme',
    slug: randomUUID(),
  })
  const organization = created.body.id
  const redirectUri = 'https://app.example/callback'
  const registered = await callApi<{ client_id: string; client_secret: string }>(
    administrator,
    'POST',
    '/api/v1/apps',
    {
      client_name: 'Raced',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      scopes: SCOPES,
    },
  )
  const { client_id: clientId, client_secret: clientSecret } = registered.body
  await database.batch([
    database.prepare("UPDATE apps SET visibility = 'public' WHERE client_id = ?").bind(clientId),
    database
      .prepare("INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'member', 0)")
      .bind(organization, personId),
  ])
  const client = { clientId, clientSecret, redirectUri }
  const pkce = makePkce()
  const page = await person.get(authorizePath(client, pkce, SCOPES.join(' ')))
  const { location } = await person.submit(page, { decision: 'allow', organization })
  const tokens = await postToken(origin, exchangeForm(client, { code: codeOf(location), verifier: pkce.verifier }))
  return { organization, client, accessToken: tokens.access_token ?? '', refreshToken: tokens.refresh_token ?? '' }
}

/** What somebody was told who asked for a token, or about one. */
interface Told {
  kind: 'refresh' | 'introspection'
  status: number
  scopes: string[]
  organizations: string[]
  /** That signed it. */
  kid: string | undefined
  active: boolean
}

async function refresh({ client, refreshToken }: Connection): Promise<Told> {
  const { status, access_token: token } = await postToken(server().origin, refreshForm(client, refreshToken))
  if (!token) return { kind: 'refresh', status, scopes: [], organizations: [], kid: undefined, active: false }
  const { scope, organizations = [] } = decodeJwt<{ scope: string; organizations?: string[] }>(token)
  const { kid } = decodeProtectedHeader(token)
  return { kind: 'refresh', status, scopes: scope.split(' '), organizations, kid, active: true }
}

async function introspect({ accessToken }: Connection): Promise<Told> {
  const { origin, demo } = server()
  const headers = { Authorization: `Basic ${btoa(`${demo.id}:${demo.secret}`)}` }
  const answer = await postForm(`${origin}/introspect`, new URLSearchParams({ token: accessToken }), headers)
  const { status, scope = '', organizations = [], active } = { ...answer } as typeof answer & Partial<Introspected>
  return {
    kind: 'introspection',
    status,
    scopes: scope.split(' '),
    organizations,
    kid: undefined,
    active: active === true,
  }
}

interface Introspected {
  organizations: string[]
  active: boolean
}

interface Decision {
  /** What was so before, for what is taken back. */
  before?: (connection: Connection) => Promise<unknown>
  decide: (connection: Connection) => Promise<{ status: number }>
  /** Whether an answer knows of it. */
  sees: (told: Told, connection: Connection) => boolean
}

const decision = ({ organization, client }: Connection) =>
  `/api/v1/organizations/${organization}/decisions/${client.clientId}`
const policyOf = ({ organization }: Connection) => `/api/v1/organizations/${organization}/policy`
const secretsOf = ({ client }: Connection) => `/api/v1/apps/${client.clientId}/secrets`

const hasLost = (told: Told, { organization }: Connection) => !told.organizations.includes(organization)
const isLimited = (told: Told) => told.active && !told.scopes.includes('projects:read')
const isOver = (told: Told) => !told.active

const DECISIONS: Record<string, Decision> = {
  'an app that is blocked': {
    decide: (connection) => callApi(administrator, 'PUT', decision(connection), { decision: 'blocked' }),
    sees: hasLost,
  },
  'a decision that is withdrawn': {
    before: (connection) =>
      callApi(administrator, 'PUT', decision(connection), { decision: 'approved', scope_ceiling: ['profile:read'] }),
    decide: (connection) => callApi(administrator, 'DELETE', decision(connection)),
    sees: (told) => told.active && told.scopes.includes('projects:read'),
  },
  'an approval that is given a ceiling': {
    decide: (connection) =>
      callApi(administrator, 'PUT', decision(connection), { decision: 'approved', scope_ceiling: ['profile:read'] }),
    sees: isLimited,
  },
  'a ceiling of the organization': {
    decide: (connection) =>
      callApi(administrator, 'PUT', policyOf(connection), { policy: 'open', scope_ceiling: ['profile:read'] }),
    sees: isLimited,
  },
  'a stricter policy': {
    decide: (connection) =>
      callApi(administrator, 'PUT', policyOf(connection), { policy: 'approved', scope_ceiling: null }),
    sees: hasLost,
  },
  'an app that is suspended': {
    decide: ({ client }) =>
      callApi(operator, 'PUT', `/api/v1/operator/apps/${client.clientId}/suspension`, { reason: 'A test.' }),
    sees: isOver,
  },
  'a member who is removed': {
    decide: ({ organization }) =>
      callApi(administrator, 'DELETE', `/api/v1/organizations/${organization}/members/${personId}`),
    sees: hasLost,
  },
  'scopes that an app gives up': {
    decide: ({ client }) =>
      callApi(administrator, 'PATCH', `/api/v1/apps/${client.clientId}`, { scopes: ['profile:read'] }),
    sees: isLimited,
  },
  'a secret that is deleted': {
    decide: async (connection) => {
      const { body } = await callApi<{ items: { id: string }[] }>(administrator, 'GET', secretsOf(connection))
      return callApi(administrator, 'DELETE', `${secretsOf(connection)}/${body.items[0]?.id}`)
    },
    sees: ({ kind, status, active }) => (kind === 'refresh' ? status === 401 || status === 429 : active),
  },
  'a secret that is created': {
    decide: async (connection) => {
      const created = await callApi<{ client_secret: string }>(administrator, 'POST', secretsOf(connection), {
        name: 'The next',
      })
      connection.client.clientSecret = created.body.client_secret
      return created
    },
    sees: ({ active }) => active,
  },
  'a key that is withdrawn': {
    decide: ({ accessToken }) =>
      callApi(operator, 'POST', `/api/v1/operator/keys/${decodeProtectedHeader(accessToken).kid}/withdrawal`),
    sees: ({ kind, kid, active }, { accessToken }) =>
      kind === 'refresh' ? active && kid !== decodeProtectedHeader(accessToken).kid : !active,
  },
}

/** Asks on and on; the last time after the decision was answered. */
async function raceWith(connection: Connection, decide: () => Promise<{ status: number }>) {
  const told: { beganAt: number; answer: Told }[] = []
  let decidedAt: number | undefined
  const ask = async (contestant: number) => {
    const beganAt = performance.now()
    const answer = await (contestant % 2 ? refresh(connection) : introspect(connection))
    told.push({ beganAt, answer })
    return beganAt
  }
  // Everybody knows of the grant.
  await Promise.all([ask(0), ask(1)])
  const asking = race(async (contestant) => {
    for (;;) {
      const beganAt = await ask(contestant)
      if (decidedAt !== undefined && beganAt > decidedAt) return
    }
  })
  const { status } = await decide()
  decidedAt = performance.now()
  await asking
  const at = decidedAt
  return {
    status,
    first: told.slice(0, 2).map(({ answer }) => answer),
    after: told.filter(({ beganAt }) => beganAt > at).map(({ answer }) => answer),
  }
}

/** What is true before as well has nothing to show there. */
const NEVER_OTHERWISE = ['a secret that is created']

describe.each(Object.entries(DECISIONS))('%s', (name, { before, decide, sees }) => {
  it('is seen by every request that begins after its answer', { repeats: ROUNDS - 1 }, async () => {
    const connection = await connect()
    await before?.(connection)

    const { status, first, after } = await raceWith(connection, () => decide(connection))

    expect([200, 201, 204]).toContain(status)
    expect(after.length).toBeGreaterThanOrEqual(CONTESTANTS)
    expect(after.filter((answer) => !sees(answer, connection))).toEqual([])
    if (NEVER_OTHERWISE.includes(name)) return
    // Control: of the two who asked first, one was told otherwise at least.
    expect(first.some((answer) => !sees(answer, connection))).toBe(true)
  })
})

/** So often a client hangs up between a commit and its answer. */
const HANG_UPS = ROUNDS

it('is announced although the client hung up before it was answered', async () => {
  const took = (await decideAndHangUp(await connect(), 60_000)) ?? 0
  let hungUp = 0
  for (let attempt = 0; hungUp < HANG_UPS; attempt++) {
    expect(attempt).toBeLessThan(30 * HANG_UPS)
    const connection = await connect()
    expect(isLimited(await refresh(connection))).toBe(false) // control
    const heardAfter = await decideAndHangUp(connection, Math.ceil(took * (0.4 + 0.1 * (attempt % 6))))
    // Long before an authority would ask by itself.
    await setTimeout(400)
    if (heardAfter !== undefined || !(await isDecided(connection))) continue
    hungUp++
    expect(isLimited(await refresh(connection))).toBe(true)
  }
})

/** How many milliseconds the answer took; undefined: the client did not wait for it. */
async function decideAndHangUp(connection: Connection, patienceMs: number): Promise<number | undefined> {
  const beganAt = performance.now()
  const headers = {
    'Content-Type': 'application/json',
    Origin: administrator.origin,
    Cookie: administrator.cookieHeader(),
  }
  try {
    await fetch(server().origin + policyOf(connection), {
      method: 'PUT',
      headers,
      body: JSON.stringify({ policy: 'open', scope_ceiling: ['profile:read'] }),
      signal: AbortSignal.timeout(patienceMs),
    })
    return performance.now() - beganAt
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return undefined
    throw error
  }
}

async function isDecided({ organization }: Connection): Promise<boolean> {
  const select = server().database.prepare('SELECT scope_ceiling FROM organizations WHERE id = ?').bind(organization)
  return (await select.first('scope_ceiling')) !== null
}
