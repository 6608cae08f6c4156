import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'

let browser: Browser
const servers: Server[] = []

/** Starts a server on loopback and returns its origin. `allowOrigin` is its `Access-Control-Allow-Origin`, if any. */
async function listen(allowOrigin?: string): Promise<string> {
  const headers = { 'Content-Type': 'text/html', ...(allowOrigin && { 'Access-Control-Allow-Origin': allowOrigin }) }
  const server = createServer((_request, response) => response.writeHead(200, headers).end('read me'))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  for (const server of servers) server.close()
})

it('keeps a page from reading what another origin did not open to it, as the browser of a person does', async () => {
  const page = await browser.newPage()
  const [app, closed, open] = await Promise.all([listen(), listen(), listen('*')])
  await page.goto(app)
  const read = (origin: string) =>
    page.evaluate(async (url) => {
      try {
        return await (await fetch(url)).text()
      } catch (failure) {
        return String(failure)
      }
    }, origin)

  expect(await read(open)).toBe('read me') // control
  expect(await read(app)).toBe('read me') // control

  expect(await read(closed)).toContain('Failed to fetch')
})
