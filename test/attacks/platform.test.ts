import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { app } from '../../src/app.ts'
import { ConfigurationError, readConfig } from '../../src/env.ts'
import { API_PROBLEMS } from '../../src/errors.ts'
import { csvRecord } from '../../src/lib/csv.ts'
import { callStore, StorageDefect, StorageUnavailable } from '../../src/lib/storage.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { transport } from '../support/workers/world.ts'

let operator: Developer
let owner: Developer
let slug: string
let id: string

beforeAll(async () => {
  operator = await Developer.signIn('operator@example.com')
  owner = await Developer.signIn()
  slug = `org-${crypto.randomUUID().slice(0, 8)}`
  id = (await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })).body.id
})

describe('a request for another host or scheme', () => {
  it.each(['http://evil.example', 'https://localhost:8787', 'http://localhost:8788', 'http://127.0.0.1:8787'])(
    'at %s is misdirected, and gets no page of ours',
    async (origin) => {
      for (const path of ['/', '/sign-in', '/.well-known/oauth-authorization-server', '/api/v1/openapi.json']) {
        const response = await transport(new Request(origin + path))
        expect(response.status).toBe(421)
        expect(await response.text()).toContain('http://localhost:8787')
      }
    },
  )

  it('is what it is by its address, whatever it says in headers', async () => {
    const headers = { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' }
    const response = await transport(new Request('http://localhost:8787/', { headers }))
    expect(response.status).toBe(200)
    expect(response.headers.has('Strict-Transport-Security')).toBe(false) // development is http
  })

  it('in production is told to come by https from now on', async () => {
    const production = {
      ...env,
      ENVIRONMENT: 'production',
      ISSUER: 'https://id.example',
      EMAIL_FROM: 'no-reply@id.example',
    }
    const answer = await app.fetch(new Request('https://id.example/'), { ...production, DOH_RESOLVER: undefined })
    expect([answer.status, answer.headers.get('Strict-Transport-Security')]).toEqual([200, 'max-age=63072000'])
  })
})

describe('a search', () => {
  const LONG = 'a-name-that-is-longer-than-the-48-bytes-that-a-pattern-may-have'

  it('may be longer than a LIKE pattern, for administrators and operators', async () => {
    expect((await owner.call('GET', `/api/v1/organizations/${id}/apps?q=${LONG}`)).status).toBe(200)
    for (const kind of ['apps', 'organizations', 'accounts']) {
      expect((await operator.call('GET', `/api/v1/operator/${kind}?q=${LONG}`)).status).toBe(200)
    }
  })

  it('finds in small and capital letters, and takes no sign for a pattern', async () => {
    const found = async (q: string) =>
      (await operator.call('GET', `/api/v1/operator/organizations?q=${encodeURIComponent(q)}`)).body.items
    expect((await found(slug.toUpperCase())).map((item) => item.id)).toEqual([id])
    expect(await found(`${slug.slice(0, -1)}_`)).toEqual([])
    expect(await found('%')).toEqual([])
  })
})

describe('a failing store', () => {
  const failing = (work: () => Promise<unknown>) => callStore('D1', work).catch((error: unknown) => error)

  it('is a defect when it says that it was asked wrongly: trying again would not help', async () => {
    expect(await failing(() => env.DB.prepare('SELECT misspelt FROM apps').all())).toBeInstanceOf(StorageDefect)
    expect(await failing(() => env.DB.prepare('SELEC 1').all())).toBeInstanceOf(StorageDefect)
    expect(await failing(() => env.DB.prepare('SELECT ?').bind({}).all())).toBeInstanceOf(StorageDefect)
    expect(await failing(() => changeByHand("INSERT INTO members VALUES ('a', 'b', 'king', 0, 0)"))).toBeInstanceOf(
      StorageDefect,
    )
  })

  it.each([
    'D1_ERROR: Network connection lost.',
    'D1 DB storage operation exceeded timeout',
    'internal error; reference = x',
  ])('may be tried again when it says %s', async (message) => {
    expect(await failing(() => Promise.reject(new Error(message)))).toBeInstanceOf(StorageUnavailable)
  })

  it('by a defect of ours is a 500 with a request id, and says so in the log', async () => {
    await env.DB.prepare('ALTER TABLE dev_outbox RENAME COLUMN subject TO misspelt').run()
    const response = await transport(new Request('http://localhost:8787/dev/outbox'))
    await env.DB.prepare('ALTER TABLE dev_outbox RENAME COLUMN misspelt TO subject').run()
    expect(response.status).toBe(500)
    expect(response.headers.has('Retry-After')).toBe(false)
    expect(String(takeConsoleErrors())).toContain('StorageDefect')
  })
})

describe('a cell of a CSV file', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['x;=1+1', '"x;\'=1+1"'],
    ['x;  @SUM(1)', '"x;  \'@SUM(1)"'],
    ['a,+1', '"a,\'+1"'],
    ['two\n-1', '"two\n\'-1"'],
    ['＝1', "'＝1"],
  ])('that reads %j runs as no formula, whatever separates cells there', (value, written) => {
    expect(csvRecord([value])).toBe(`${written}\r\n`)
  })

  it('that is harmless stays as it is', () => {
    expect(csvRecord(['a-b', 'Ünïcode', 3, null])).toBe('a-b,Ünïcode,3,\r\n')
  })

  it('is read as UTF-8, because the file says so', async () => {
    const file = await owner.browser.fetch(`/organizations/${slug}/apps.csv`)
    expect([...new Uint8Array(await file.arrayBuffer()).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  })
})

describe('a secret of the deployment', () => {
  it.each(['a'.repeat(40), 'changeme'.repeat(5), '0123456701234567012345670123456701234567', 'short'])(
    'is not %s',
    (secret) => {
      for (const name of ['KEY_WRAPPING_SECRETS', 'CREDENTIAL_SECRETS', 'EMAIL_CODE_SECRET']) {
        expect(() => readConfig({ ...env, [name]: secret })).toThrow(ConfigurationError)
      }
      expect(readConfig({ ...env }).development).toBe(true) // control
    },
  )
})

describe('an address', () => {
  it('that a problem document names can be read', async () => {
    for (const problem of Object.keys(API_PROBLEMS)) {
      const response = await transport(new Request(`http://localhost:8787/problems/${problem}`))
      expect([problem, response.status]).toEqual([problem, 200])
    }
    expect((await transport(new Request('http://localhost:8787/problems/made-up'))).status).toBe(404) // control
  })

  it('that a form was sent to can be opened again', async () => {
    const posted = app.routes.filter(({ method }) => method === 'POST').map(({ path }) => path)
    const forms = [...new Set(posted)].filter(
      (path) => !/^\/(api|token|revoke|introspect|demo|authorize)(\/|$)/.test(path),
    )
    const opened = app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path)
    expect(forms.filter((path) => !opened.includes(path))).toEqual([])
    const back = await owner.browser.get(`/organizations/${slug}/members/${owner.accountId}`)
    expect([back.status, back.location]).toEqual([303, `http://localhost:8787/organizations/${slug}`])
  })

  it('of this service itself is no redirect URI of an app', async () => {
    const app = (uri: string) => ({ client_name: 'Tool', redirect_uris: [uri] })
    const refused = await owner.call('POST', '/api/v1/apps', app('http://localhost:8787/demo/callback'))
    expect(refused.body.errors).toMatchObject([{ pointer: '/redirect_uris/0' }])
    expect((await owner.call('POST', '/api/v1/apps', app('http://localhost:8788/callback'))).status).toBe(201) // control
  })
})
