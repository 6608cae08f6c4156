import { beforeAll, describe, expect, it } from 'vitest'
import { type Registration, registerApp } from '../../support/integration.ts'
import { exchangeWith, type Obtained, obtainCode } from '../../support/workers/connect.ts'
import { postBody, type Refusal, readRefusal } from '../../support/workers/refusal.ts'
import { API, basic, createWorld, PUBLIC_SETTINGS, type World } from '../../support/workers/world.ts'

const REFUSED = { status: 401, error: 'invalid_client' }

let world: World
let publicClientId: string
let secret: string
beforeAll(async () => {
  world = await createWorld()
  publicClientId = (await registerApp(world.browser, PUBLIC_SETTINGS)).clientId
  secret = world.app.clientSecret ?? ''
})

/** Everything that the endpoint needs besides the client. */
const REQUESTS: [string, Record<string, string>][] = [
  ['/token', { grant_type: 'refresh_token', refresh_token: 'pst_rt_unknown' }],
  ['/revoke', { token: 'unknown' }],
  ['/introspect', { token: 'unknown' }],
]

describe.each(REQUESTS)('client authentication at %s', (path, request) => {
  async function attempt(fields: Record<string, string>, authorization?: string): Promise<Refusal> {
    const body = new URLSearchParams({ ...request, ...fields })
    const response = await postBody(path, body, authorization ? { Authorization: authorization } : {})
    return readRefusal(response, [secret, 'wrong-secret-value', 'app_unknown_value'])
  }
  const asBasic = (id: string, password: string) => basic(id, password).Authorization ?? ''

  it('takes the secret by Basic and in the body', async () => {
    const accepted = path === '/token' ? 400 : 200 // the refresh token is the next thing to be wrong
    const { clientId } = world.app
    const byBasic = await postBody(path, new URLSearchParams(request), basic(clientId, secret))
    const byPost = await postBody(path, new URLSearchParams({ ...request, client_id: clientId, client_secret: secret }))
    const both = await postBody(path, new URLSearchParams({ ...request, client_id: clientId }), basic(clientId, secret))
    expect([byBasic.status, byPost.status, both.status]).toEqual([accepted, accepted, accepted])
  })

  it('asks for a client_id', async () => {
    expect(await attempt({})).toMatchObject(REFUSED)
    expect(await attempt({ client_id: '' })).toMatchObject(REFUSED)
    expect(await attempt({ client_secret: secret })).toMatchObject(REFUSED)
  })

  it('does not know an app', async () => {
    for (const clientId of ['app_unknown_value', '%00', 'a\u0000b', "' OR 1=1 --", 'ä'.repeat(5000)]) {
      expect(await attempt({ client_id: clientId })).toMatchObject(REFUSED)
      expect(await attempt({ client_id: clientId, client_secret: 'wrong-secret-value' })).toMatchObject(REFUSED)
    }
  })

  it('does not take a wrong, an empty or a missing secret', async () => {
    const { clientId } = world.app
    for (const wrong of ['wrong-secret-value', '', `${secret}x`, secret.slice(0, -1), secret.toUpperCase()]) {
      expect(await attempt({ client_id: clientId, client_secret: wrong })).toMatchObject(REFUSED)
      if (wrong) expect(await attempt({}, asBasic(clientId, wrong))).toMatchObject(REFUSED)
    }
    expect(await attempt({ client_id: clientId })).toMatchObject(REFUSED)
  })

  it('takes no secret from a public client, and none from another app or resource', async () => {
    expect(await attempt({ client_id: publicClientId, client_secret: secret })).toMatchObject(REFUSED)
    expect(await attempt({}, asBasic(publicClientId, secret))).toMatchObject(REFUSED)
    expect(await attempt({ client_id: world.app.clientId, client_secret: API.secret })).toMatchObject(REFUSED)
  })

  it('challenges those who tried Basic, and only those', async () => {
    const challenged = await attempt({}, asBasic(world.app.clientId, 'wrong-secret-value'))
    expect(challenged.headers.get('WWW-Authenticate')).toMatch(/^Basic realm=/)
    const posted = await attempt({ client_id: world.app.clientId, client_secret: 'wrong-secret-value' })
    expect(posted.headers.has('WWW-Authenticate')).toBe(false)
  })

  it.each([
    ['no credentials', 'Basic'],
    ['not base64', 'Basic ***'],
    ['base64 of a wrong length', 'Basic abcde'],
    ['base64url', 'Basic _-_-'],
    ['no colon', `Basic ${btoa('app_a')}`],
    ['no client_id', `Basic ${btoa(':wrong-secret-value')}`],
    ['no secret', `Basic ${btoa('app_a:')}`],
    ['broken percent-encoding', `Basic ${btoa('app_a:%')}`],
    ['broken UTF-8', `Basic ${btoa('app_a:%FF')}`],
    ['two credentials', `Basic ${btoa('app_a:b')}, Basic ${btoa('app_a:b')}`],
    ['another scheme', 'Bearer wrong-secret-value'],
    ['a digest', 'Digest username="app_a"'],
    ['nothing', ' '],
  ])('refuses a malformed header: %s', async (_name, authorization) => {
    const refusal = await attempt({}, authorization)
    expect(refusal).toMatchObject(REFUSED)
    if (authorization.trim()) expect(refusal.headers.get('WWW-Authenticate')).toMatch(/^Basic realm=/)
  })

  it('refuses credentials that come twice', async () => {
    const { clientId } = world.app
    const header = asBasic(clientId, secret)
    const twice = { status: 400, error: 'invalid_request' }
    expect(await attempt({ client_secret: secret }, header)).toMatchObject(twice)
    expect(await attempt({ client_id: clientId, client_secret: secret }, header)).toMatchObject(twice)
    expect(await attempt({ client_id: publicClientId }, header)).toMatchObject(twice)
  })
})

it('lets nobody introspect as a public client', async () => {
  const named = await postBody('/introspect', new URLSearchParams({ token: 'unknown', client_id: publicClientId }))
  expect(await readRefusal(named)).toMatchObject(REFUSED)
  const byBasic = await postBody('/introspect', new URLSearchParams({ token: 'unknown' }), basic(publicClientId, ''))
  expect(await readRefusal(byBasic)).toMatchObject(REFUSED)
})

describe('Basic with an empty secret, as requests-oauthlib sends it for want of one', () => {
  const exchange = (obtained: Obtained, { clientId, redirectUri }: Registration) =>
    postBody(
      '/token',
      new URLSearchParams({
        grant_type: 'authorization_code',
        code: obtained.code,
        redirect_uri: redirectUri,
        code_verifier: obtained.authorization.codeVerifier,
      }),
      basic(clientId, ''),
    )

  it('connects a public client', async () => {
    const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
    const obtained = await obtainCode(browser, integration)
    expect((await exchange(obtained, app)).status).toBe(200)
  })

  it('is no way around the secret of a confidential one, whose code lives on', async () => {
    const { browser, integration, app } = world
    const obtained = await obtainCode(browser, integration)
    const refusal = await readRefusal(await exchange(obtained, app))
    expect(refusal).toMatchObject({ ...REFUSED, error_description: 'client_secret is missing.' })
    expect(refusal.headers.get('WWW-Authenticate')).toMatch(/^Basic realm=/)
    expect(await exchangeWith(obtained, app)).toMatchObject({ status: 200 }) // control
  })
})

it('keeps the code through every refused authentication', async () => {
  const { browser, integration, app } = world
  const obtained = await obtainCode(browser, integration)
  const impostors = [
    { ...app, clientSecret: 'wrong-secret-value' },
    { ...app, clientSecret: null },
    { ...app, clientId: publicClientId, clientSecret: null },
    { ...app, clientId: 'app_unknown_value' },
  ]
  for (const impostor of impostors) expect((await exchangeWith(obtained, impostor)).status).toBeGreaterThanOrEqual(400)
  expect(await exchangeWith(obtained, app)).toMatchObject({ status: 200 })
})
