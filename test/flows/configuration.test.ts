import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Bindings } from '../../src/env.ts'
import worker from '../../src/index.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'

const REAL = 'a-secret-of-more-than-32-characters'
const PATHS = ['/', '/token', '/authorize', '/.well-known/jwks.json', '/api/v1/apps', '/nowhere']

function requestWith(change: Partial<Record<keyof Bindings, string | undefined>>, path = '/token'): Promise<Response> {
  const host = change.ISSUER?.startsWith('https:') ? change.ISSUER : 'http://localhost:8787'
  const request = new Request(host + path) as Parameters<typeof worker.fetch>[0]
  return Promise.resolve(worker.fetch(request, { ...env, ...change } as Bindings, createExecutionContext()))
}

const production = { ENVIRONMENT: 'production', ISSUER: 'https://auth.example', EMAIL_FROM: 'sign-in@auth.example' }

describe('a deployment without', () => {
  it.each(['ENVIRONMENT', 'ISSUER', 'KEY_WRAPPING_SECRETS', 'CREDENTIAL_SECRETS', 'EMAIL_CODE_SECRET'] as const)(
    '%s answers every request by naming it',
    async (name) => {
      for (const path of PATHS) {
        const response = await requestWith({ [name]: undefined }, path)
        expect(response.status).toBe(500)
        expect(await response.text()).toContain(name)
      }
      expect(takeConsoleErrors()).toHaveLength(PATHS.length)
    },
  )
})

describe('a variable that is', () => {
  it.each<[string, Partial<Record<keyof Bindings, string>>]>([
    ['too short a secret', { KEY_WRAPPING_SECRETS: 'a-short-value' }],
    ['too short a second secret', { KEY_WRAPPING_SECRETS: `${'a'.repeat(32)},a-short-value` }],
    ['too short a third secret', { CREDENTIAL_SECRETS: `${REAL},${REAL}2,a-short-value` }],
    ['an empty list of secrets', { CREDENTIAL_SECRETS: ' , ' }],
    ['no issuer', { ISSUER: 'a-short-value' }],
    ['an issuer with a slash', { ISSUER: 'http://localhost:8787/' }],
    ['an unknown environment', { ENVIRONMENT: 'a-short-value' }],
    ['an unknown shard', { KEY_SHARDS: 'weur,a-short-value' }],
    ['a lifetime of words', { ACCESS_TOKEN_TTL_SECONDS: 'a-short-value' }],
    ['a resolver over http', { DOH_RESOLVER: 'http://a-short-value.example/dns-query' }],
    ['a test origin off loopback', { GUARDED_FETCH_TEST_ORIGIN: 'https://a-short-value.example' }],
    ['a lifetime out of bounds', { AUTHORIZATION_CODE_TTL_SECONDS: '86400' }],
  ])('%s is named, and its value is not shown', async (_name, change) => {
    const response = await requestWith(change)
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(text).toContain(Object.keys(change)[0])
    expect(text).not.toContain('a-short-value')
    expect(JSON.stringify(takeConsoleErrors())).not.toContain('a-short-value')
  })
})

describe('development', () => {
  it('answers nobody under an address that others could reach', async () => {
    const response = await requestWith({ ISSUER: 'https://auth.example' }, '/dev/outbox.json')
    expect(response.status).toBe(500)
    expect(takeConsoleErrors()).toHaveLength(1)
  })

  it('is not what production is', async () => {
    for (const path of ['/dev/outbox', '/dev/outbox.json', '/demo']) {
      expect((await requestWith(production, path)).status).toBe(404)
    }
    expect((await requestWith(production, '/.well-known/oauth-authorization-server')).status).toBe(200) // control
    expect((await requestWith({ ...production, ISSUER: 'http://auth.example' }, '/')).status).toBe(500)
    takeConsoleErrors()
  })

  it.each([
    ['DOH_RESOLVER', 'http://127.0.0.1:8053/dns-query'],
    ['GUARDED_FETCH_TEST_ORIGIN', 'http://127.0.0.1:8080'],
  ] as const)('alone may have %s on loopback', async (name, value) => {
    expect((await requestWith({ [name]: value }, '/')).status).toBe(200) // control
    expect((await requestWith(production, '/')).status).toBe(200) // control
    const response = await requestWith({ ...production, [name]: value }, '/')
    expect(response.status).toBe(500)
    expect(await response.text()).toContain(name)
    expect(takeConsoleErrors()).toHaveLength(1)
  })
})

it('answers with its own issuer, whatever host was asked', async () => {
  const request = new Request('http://localhost:8787/.well-known/oauth-authorization-server', {
    headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
  }) as Parameters<typeof worker.fetch>[0]
  const response = await worker.fetch(request, env, createExecutionContext())
  expect(await response.text()).not.toContain('evil.example')
})
