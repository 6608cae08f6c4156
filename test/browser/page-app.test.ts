import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { authorize, demoClient, exchangeForm, signInOver } from '../support/flow.ts'
import { DEMO_RESOURCE } from '../support/seed.ts'
import { startWorkerd, type Workerd } from '../support/server.ts'

let server: Workerd
let pageServer: Server
let chromium: Awaited<ReturnType<typeof launchChromium>>

beforeAll(async () => {
  server = await startWorkerd()
  pageServer = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>An app that is a page</title>')
  }).listen(0, '127.0.0.1')
  await once(pageServer, 'listening')
  chromium = await launchChromium()
})

afterAll(async () => {
  await chromium?.close()
  pageServer?.close()
  await server?.stop()
})

/** What a page is allowed to see of an answer; null: the browser kept it from the page. */
interface Seen {
  status: number
  challenge: string | null
  body: Record<string, unknown>
}

/** A page on an origin of its own, which can do what browsers let it do, and nothing else. */
async function openPage() {
  const page = await chromium.newPage()
  await page.goto(`http://127.0.0.1:${(pageServer.address() as AddressInfo).port}/`)
  return (path: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
    page.evaluate(
      async ([url, options]): Promise<Seen | null> => {
        try {
          const response = await fetch(url, options)
          const challenge = response.headers.get('WWW-Authenticate')
          return { status: response.status, challenge, body: await response.json() }
        } catch {
          return null // a TypeError says no more to a page than that
        }
      },
      [server.origin + path, init] as const,
    )
}

it('lets an app that is only a page get its tokens and call the API', async () => {
  const { origin } = server
  const request = await openPage()
  const library = { 'MCP-Protocol-Version': '2025-06-18' }
  const closed = { method: 'POST', headers: library, body: 'token=x' }
  expect(await request('/introspect', closed)).toBeNull() // control: this browser keeps what is closed from pages

  const metadata = await request('/.well-known/oauth-authorization-server', { headers: library })
  expect(metadata).toMatchObject({ status: 200, body: { issuer: origin } })
  expect(await request('/.well-known/oauth-authorization-server/mcp', { headers: library })).toMatchObject({
    status: 404,
    body: { error: 'not_found' },
  })

  const client = demoClient(origin)
  const grant = await authorize(await signInOver(origin, 'page@example.com'), client, 'profile:read')
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const exchange = { method: 'POST', headers: { ...form, ...library }, body: exchangeForm(client, grant).toString() }
  const tokens = await request('/token', exchange)
  expect(tokens?.status).toBe(200)

  const headers = { Authorization: `Bearer ${tokens?.body.access_token}`, ...library }
  const profile = await request(`${DEMO_RESOURCE.path}/profile`, { headers })
  expect(profile).toMatchObject({ status: 200, body: { id: expect.stringMatching(/^acc_/) } })
  expect(await request(`${DEMO_RESOURCE.path}/projects`, { headers })).toMatchObject({
    status: 403,
    challenge: expect.stringContaining('scope="projects:read"'),
  })
  expect(await request(`${DEMO_RESOURCE.path}/profile`)).toMatchObject({
    status: 401,
    challenge: expect.stringContaining('resource_metadata='),
  })
})
