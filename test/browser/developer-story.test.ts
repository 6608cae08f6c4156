import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as client from 'openid-client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ARTIFACTS } from '../support/build.ts'
import { launchChromium } from '../support/chromium.ts'
import { look } from '../support/look.ts'
import { useWorld } from '../support/outside-world.ts'

const HOST = 'app.example.com'
const ADDRESS = { A: ['93.184.215.14'] }
const DESKTOP = { width: 1100, height: 900 }

/** What the quick start exports, once it was pasted into a file. */
interface QuickStart {
  begin(): Promise<{ url: URL; verifier: string; state: string }>
  finish(callbackUrl: string, kept: { verifier: string; state: string }): Promise<client.TokenEndpointResponse>
  refresh(refreshToken: string): Promise<client.TokenEndpointResponse>
}

const world = useWorld()
let browser: Browser
let callbacks: Server

beforeAll(async () => {
  browser = await launchChromium()
  // The integration's own server: it only has to be there.
  callbacks = createServer((_request, response) => response.end('Connected.'))
  callbacks.listen(0, '127.0.0.1')
  await once(callbacks, 'listening')
})

afterAll(async () => {
  await browser?.close()
  callbacks?.close()
})

const redirectUri = () => `http://127.0.0.1:${(callbacks.address() as AddressInfo).port}/callback`
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()
const link = (page: Page, name: string | RegExp) => page.getByRole('link', { name }).click()

async function signIn(page: Page, email: string): Promise<void> {
  const { origin } = world().server
  await page.getByLabel('E-mail address').fill(email)
  await button(page, 'Send the code')
  const mails = (await (await fetch(`${origin}/dev/outbox.json`)).json()) as { to: string; code: string }[]
  await page.getByLabel('Code').fill(mails.find(({ to }) => to === email)?.code ?? '')
  await button(page, 'Sign in')
}

/** As a developer would: the snippet into a file, the secret into the environment. */
async function paste(snippet: string, secret: string): Promise<QuickStart> {
  const folder = join(ARTIFACTS, 'story')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${crypto.randomUUID()}.mjs`)
  writeFileSync(file, snippet)
  process.env.CLIENT_SECRET = secret
  return import(pathToFileURL(file).href)
}

async function connect(page: Page, integration: QuickStart, consent?: (page: Page) => Promise<void>) {
  const { url, ...kept } = await integration.begin()
  await page.goto(url.href)
  await consent?.(page)
  if (page.url().includes('/authorize')) await button(page, 'Allow')
  await page.waitForURL(`${redirectUri()}**`)
  return integration.finish(page.url(), kept)
}

it('a developer registers, connects, rotates, is verified, goes public, and loses an outsider', async () => {
  const { server, resolver } = world()
  resolver.zone.set(HOST, ADDRESS)
  const page = await browser.newPage({ viewport: DESKTOP })

  // From the landing page to the app's quick start.
  await page.goto(server.origin)
  await look(page, 'landing')
  await link(page, 'Your apps')
  await signIn(page, 'developer@example.com')
  await look(page, 'developer-empty')
  await link(page, 'Register an app')
  await look(page, 'register-kinds')
  await link(page, 'A web application with a server')
  await look(page, 'register')
  await page.getByLabel('Redirect URIs').fill(redirectUri())
  await page.getByLabel('Search scopes').fill('projects')
  await page.getByLabel(/See projects/).selectOption('required')
  await page.getByLabel('Name', { exact: true }).fill('Release notes')
  await button(page, 'Register the app')
  await look(page, 'registered')
  const firstSecret = (await page.locator('#client-secret').textContent()) ?? ''
  await link(page, /quick start/)
  const appPage = page.url()
  await look(page, 'app-new')
  const snippet = (await page.locator('pre.snippet').first().textContent()) ?? ''

  // Connected with openid-client, and the chart moves.
  const integration = await paste(snippet, firstSecret)
  const tokens = await connect(page, integration)
  expect(tokens.scope).toBe('projects:read')
  await integration.refresh(tokens.refresh_token ?? '')
  await expect.poll(() => chartOf(page, appPage), { timeout: 75_000, interval: 1000 }).toContain('2 tokens in 30 days')
  expect(await page.getByText('1 person').count()).toBe(1)
  await look(page, 'app-used')

  // Its own flow, as people will see it.
  await button(page, 'Try it')
  await look(page, 'try-consent')
  await button(page, 'Allow')
  await look(page, 'try-result')
  expect(await page.getByRole('heading', { name: 'It works' }).count()).toBe(1)

  // A second secret beside the first; then only the second.
  await page.goto(`${appPage}/secrets`)
  await page.getByLabel('Name').fill('Second')
  await button(page, 'Create a secret')
  const secondSecret = (await page.locator('#client-secret').textContent()) ?? ''
  await link(page, /Back/)
  await look(page, 'secrets')
  const rotated = await paste(snippet, secondSecret)
  for (const one of [integration, rotated]) await one.refresh(tokens.refresh_token ?? '')
  await link(page, /Delete First secret/)
  await look(page, 'secret-delete')
  await button(page, 'Delete it')
  await expect(integration.refresh(tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_client' })
  await rotated.refresh(tokens.refresh_token ?? '')

  // The refused refresh is there for the developer, in words.
  await expect.poll(() => textOf(page, appPage), { timeout: 10_000 }).toContain('client_secret_wrong')

  // The publisher, and the public.
  await page.goto(`${appPage}/settings`)
  await page.getByLabel('Homepage').fill(`https://${HOST}/`)
  await page.getByLabel('Logo').fill(`https://${HOST}/logo.png`)
  await button(page, 'Save')
  await look(page, 'settings')
  await link(page, 'Publisher and visibility')
  await button(page, `Verify ${HOST}`)
  await look(page, 'publisher-pending')
  const record = (await page.locator('code[data-copy="the TXT record"]').textContent()) ?? ''
  resolver.zone.set(HOST, { ...ADDRESS, TXT: [record.trim()] })
  await button(page, 'Check now')
  await look(page, 'publisher-verified')
  await button(page, 'Make it public')
  expect(await page.getByRole('status').textContent()).toContain('The app is public')
  await page.goto(`${server.origin}/developer`)
  await look(page, 'developer')

  // Somebody from outside connects, takes it back, and the next refresh fails.
  const outsider = await (await browser.newContext({ viewport: DESKTOP })).newPage()
  const outside = await connect(outsider, rotated, async (consent) => {
    await signIn(consent, 'outsider@example.com')
    expect(await consent.getByText(`Publisher verified: ${HOST}`).count()).toBe(1)
    await look(consent, 'consent-verified')
  })
  await rotated.refresh(outside.refresh_token ?? '') // control
  await outsider.goto(`${server.origin}/connections`)
  await look(outsider, 'connections')
  await link(outsider, /Disconnect/)
  await look(outsider, 'disconnect')
  await button(outsider, 'Disconnect')
  expect(await outsider.getByText('No app can reach anything').count()).toBe(1)
  await look(outsider, 'connections-empty')
  await expect(rotated.refresh(outside.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
  await rotated.refresh(tokens.refresh_token ?? '') // the developer's own connection lives on
}, 180_000)

async function chartOf(page: Page, address: string): Promise<string> {
  await page.goto(address)
  return (await page.locator('.chart figcaption').textContent()) ?? ''
}

async function textOf(page: Page, address: string): Promise<string> {
  await page.goto(address)
  return (await page.locator('main').textContent()) ?? ''
}
