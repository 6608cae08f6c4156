import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { launchChromium } from '../support/chromium.ts'
import {
  authorizePath,
  type Client,
  codeOf,
  exchangeForm,
  introspect,
  makePkce,
  postToken,
  refreshForm,
  signInOver,
} from '../support/flow.ts'
import { look } from '../support/look.ts'
import { startWorkerd, type Workerd } from '../support/server.ts'

const REDIRECT_URI = 'https://app.example.com/callback'
const LOAD_PAUSE_MS = 100
/** A status list is kept for a minute; the mark and the fetch take their time as well. */
const STATUS_LIST_TIMEOUT_MS = 75_000

interface Person {
  email: string
  browser: Browser
}

interface Connection {
  client: Client
  accessToken: string
  refreshToken: string
}

let server: Workerd
let chromium: Awaited<ReturnType<typeof launchChromium>>

beforeAll(async () => {
  server = await startWorkerd()
  chromium = await launchChromium()
})

afterAll(async () => {
  await chromium?.close()
  await server?.stop()
})

it('blocks one app in one organization, and nobody else notices', async () => {
  const [ann, ben, cleo, dan, eve] = await Promise.all(['ann', 'ben', 'cleo', 'dan', 'eve'].map(newPerson))
  const acme = await newOrganization(ann!, 'Acme', [cleo!, dan!])
  const beta = await newOrganization(ben!, 'Beta', [cleo!, eve!])
  const [notes, planner, charts] = await Promise.all(['Notes', 'Planner', 'Charts'].map((name) => newApp(ann!, name)))

  const notesOfCleo = await connect(cleo!, notes!, [acme.id, beta.id])
  const notesOfDan = await connect(dan!, notes!, [acme.id])
  const untouched = await Promise.all([
    connect(eve!, notes!, [beta.id]),
    connect(cleo!, planner!, [acme.id]),
    connect(dan!, charts!, [acme.id]),
  ])
  expect(await callDemoApi(notesOfDan.accessToken)).toBe(200) // control
  expect(await organizationsOf(notesOfCleo.accessToken)).toEqual([acme.id, beta.id].sort()) // control

  const load = startLoad(untouched)
  await blockInTheBrowser(ann!, acme.slug, 'Notes')

  expect(await postToken(server.origin, refreshForm(notes!, notesOfDan.refreshToken))).toMatchObject({
    status: 400,
    error: 'invalid_grant',
  })
  expect(await introspect(server.origin, server.demo, notesOfDan.accessToken)).toEqual({ active: false })
  expect(await organizationsOf(notesOfCleo.accessToken)).toEqual([beta.id])
  const refreshed = await postToken(server.origin, refreshForm(notes!, notesOfCleo.refreshToken))
  expect(await organizationsOf(refreshed.access_token ?? '')).toEqual([beta.id])

  // An API that asks nobody learns of it when its status list is a minute old.
  const refused = { timeout: STATUS_LIST_TIMEOUT_MS, interval: 1000 }
  await expect.poll(() => callDemoApi(notesOfDan.accessToken), refused).toBe(401)
  expect(await callDemoApi(refreshed.access_token ?? '')).toBe(200)

  const { rounds, problems } = await load.stop()
  expect(problems).toEqual([])
  expect(rounds).toBeGreaterThan(100)
}, 240_000)

async function newPerson(name: string): Promise<Person> {
  const email = `${name}@example.com`
  return { email, browser: await signInOver(server.origin, email) }
}

async function call<T>({ browser }: Person, path: string, body: object): Promise<T> {
  const headers = { Origin: server.origin, 'Content-Type': 'application/json' }
  const response = await browser.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return (await response.json()) as T
}

async function newOrganization(owner: Person, name: string, members: Person[]) {
  const created = { name, slug: name.toLowerCase() }
  const { id } = await call<{ id: string }>(owner, '/api/v1/organizations', created)
  const join = server.database.prepare(
    `INSERT INTO members (organization_id, account_id, role, created_at)
     SELECT ?1, id, 'member', unixepoch() FROM accounts WHERE email = ?2`,
  )
  await server.database.batch(members.map(({ email }) => join.bind(id, email)))
  return { id, slug: created.slug }
}

/** Public, for everybody: the publisher's verification is another story. */
async function newApp(owner: Person, name: string): Promise<Client> {
  const { client_id: clientId } = await call<{ client_id: string }>(owner, '/api/v1/apps', {
    client_name: name,
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scopes: ['projects:read'],
  })
  const publish = "UPDATE apps SET visibility = 'public' WHERE client_id = ?"
  await server.database.prepare(publish).bind(clientId).run()
  return { clientId, redirectUri: REDIRECT_URI }
}

async function connect({ browser }: Person, client: Client, organization: string[]): Promise<Connection> {
  const pkce = makePkce()
  const page = await browser.get(authorizePath(client, pkce))
  const answer = await browser.submit(page, { decision: 'allow', organization })
  const code = { code: codeOf(answer.location), verifier: pkce.verifier }
  const tokens = await postToken(server.origin, exchangeForm(client, code))
  return { client, accessToken: tokens.access_token ?? '', refreshToken: tokens.refresh_token ?? '' }
}

async function organizationsOf(accessToken: string): Promise<string[]> {
  const answer = await introspect(server.origin, server.demo, accessToken)
  return [...((answer as { organizations?: string[] }).organizations ?? [])].sort()
}

async function callDemoApi(accessToken: string): Promise<number> {
  const headers = { Authorization: `Bearer ${accessToken}` }
  return (await fetch(`${server.origin}/demo/api/projects`, { headers })).status
}

async function blockInTheBrowser({ browser }: Person, slug: string, app: string): Promise<void> {
  const page = await chromium.newPage({ viewport: { width: 1100, height: 900 } })
  // `__Host-` cookies are set for https only, and localhost counts as that.
  const url = server.origin.replace('http:', 'https:')
  const cookies = browser
    .cookieHeader()
    .split('; ')
    .map((cookie) => cookie.split('='))
  await page.context().addCookies(cookies.map(([name = '', value = '']) => ({ name, value, url, secure: true })))
  const link = page.getByRole('link', { name: app })
  const shown = async () => {
    await page.goto(`${server.origin}/organizations/${slug}`)
    return page.locator('tbody tr').count()
  }
  await expect.poll(shown, { timeout: 30_000, interval: 1000 }).toBe(3)
  await look(page, 'organization-three-apps')
  await link.click()
  await page.getByText('Block it').click()
  await page.getByRole('button', { name: 'Block' }).click()
  await expect(page.getByText('blocked', { exact: true }).count()).resolves.toBe(1)
}

/** Refreshes, introspects and calls the API with each connection until it is stopped; keeps what went wrong. */
function startLoad(connections: readonly Connection[]) {
  const problems: string[] = []
  const until = new AbortController()
  let rounds = 0
  const run = async (connection: Connection) => {
    let { accessToken, refreshToken } = connection
    while (!until.signal.aborted) {
      const tokens = await postToken(server.origin, refreshForm(connection.client, refreshToken))
      if (tokens.status !== 200) problems.push(`refresh: ${tokens.status} ${tokens.error}`)
      accessToken = tokens.access_token ?? accessToken
      refreshToken = tokens.refresh_token ?? refreshToken
      const { active } = await introspect(server.origin, server.demo, accessToken)
      if (!active) problems.push('introspection: inactive')
      const status = await callDemoApi(accessToken)
      if (status !== 200) problems.push(`API: ${status}`)
      rounds++
      await setTimeout(LOAD_PAUSE_MS)
    }
  }
  const running = Promise.all(connections.map(run))
  return {
    async stop() {
      until.abort()
      await running
      return { rounds, problems }
    },
  }
}
