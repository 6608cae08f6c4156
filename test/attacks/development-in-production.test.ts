import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Bindings } from '../../src/env.ts'
import worker from '../../src/index.ts'
import { Browser, newestCode } from '../support/browser.ts'
import { ISSUER, newEmail, transport } from '../support/workers/world.ts'

const PRODUCTION = { ENVIRONMENT: 'production', ISSUER: 'https://auth.example', EMAIL_FROM: 'sign-in@auth.example' }
const HIDDEN = ['/dev/outbox', '/dev/outbox.json', '/dev/', '/demo', '/demo/', '/demo/api', '/demo/callback']

function askProduction(path: string, init: RequestInit = {}): Promise<Response> {
  const request = new Request(`https://auth.example${path}`, init) as Parameters<typeof worker.fetch>[0]
  return Promise.resolve(worker.fetch(request, { ...env, ...PRODUCTION } as Bindings, createExecutionContext()))
}

async function waitingCode(): Promise<string> {
  const browser = new Browser(transport, ISSUER)
  const email = newEmail()
  await browser.submit(await browser.get('/sign-in'), { email })
  return newestCode(browser, email)
}

describe('in production', () => {
  it.each(HIDDEN)('%s does not exist, whatever the method', async (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const headers = { Origin: 'https://auth.example' }
      expect((await askProduction(path, { method, headers })).status, method).toBe(404)
    }
  })

  it.each([
    '/dev/./outbox.json',
    '/x/../dev/outbox.json',
    '/%64ev/outbox.json',
    '/dev%2foutbox.json',
    '//dev/outbox.json',
  ])('%s shows no code either', async (path) => {
    const code = await waitingCode()
    const response = await askProduction(path)
    expect(response.status).toBe(404)
    expect((await response.text()).includes(code)).toBe(false)
  })

  it('believes no header that says where it runs', async () => {
    const headers = { Host: 'localhost:8787', 'X-Forwarded-Host': 'localhost:8787', Forwarded: 'host=localhost:8787' }
    expect((await askProduction('/dev/outbox.json', { headers })).status).toBe(404)
  })

  it('leads nobody there, and answers otherwise (control)', async () => {
    const landing = await askProduction('/')
    expect(landing.status).toBe(200)
    expect(await landing.text()).not.toMatch(/href="\/(dev|demo)["/]/)
  })
})

describe('in development (control)', () => {
  it.each(['/dev/outbox', '/dev/outbox.json', '/demo'])('%s exists', async (path) => {
    expect((await transport(new Request(ISSUER + path))).status).toBe(200)
  })

  it('the front page leads there', async () => {
    const html = await (await transport(new Request(`${ISSUER}/`))).text()
    expect(html).toContain('href="/demo"')
    expect(html).toContain('href="/dev/outbox"')
  })
})
