import { beforeAll, describe, expect, it } from 'vitest'
import { registerApp } from '../../support/integration.ts'
import { connect, exchangeWith, type Obtained, obtainCode, refreshWith } from '../../support/workers/connect.ts'
import { postBody, type Refusal, readRefusal } from '../../support/workers/refusal.ts'
import { advance } from '../../support/workers/time.ts'
import { basic, createWorld, PUBLIC_SETTINGS, SETTINGS, type World } from '../../support/workers/world.ts'

/** What is wrong with an exchange; undefined leaves a parameter out. */
type Change = Record<string, string | undefined>

const VERIFIER = 'v'.repeat(43)
const MISTAKES: [string, Change, { error: string; error_description?: RegExp }][] = [
  ['no grant_type', { grant_type: undefined }, { error: 'invalid_request' }],
  ['an empty grant_type', { grant_type: '' }, { error: 'invalid_request' }],
  ['an unknown grant_type', { grant_type: 'password' }, { error: 'unsupported_grant_type' }],
  ['a grant_type of JavaScript', { grant_type: 'constructor' }, { error: 'unsupported_grant_type' }],
  ['no code', { code: undefined }, { error: 'invalid_request' }],
  ['a code of nothing', { code: '' }, { error: 'invalid_request' }],
  ['a code with a space', { code: ' ' }, { error: 'invalid_grant' }],
  ['no verifier', { code_verifier: undefined }, { error: 'invalid_grant' }],
  ['a wrong verifier', { code_verifier: VERIFIER }, { error: 'invalid_grant' }],
  ['a short verifier', { code_verifier: VERIFIER.slice(1) }, { error: 'invalid_grant' }],
  ['a long verifier', { code_verifier: 'v'.repeat(129) }, { error: 'invalid_grant' }],
  ['a verifier beyond ASCII', { code_verifier: 'ü'.repeat(43) }, { error: 'invalid_grant' }],
  ['another redirect_uri', { redirect_uri: 'https://app.example/other' }, { error: 'invalid_grant' }],
  ['a redirect_uri with a slash more', { redirect_uri: 'https://app.example/callback/' }, { error: 'invalid_grant' }],
  ['a redirect_uri that is none', { redirect_uri: 'callback' }, { error: 'invalid_grant' }],
  [
    'an unknown scope',
    { scope: 'projects:burn' },
    {
      error: 'invalid_scope',
      error_description: /projects:burn; registered: .*projects:read.*\/developer\/apps\/app_/,
    },
  ],
  ['no scope but one beyond the consent', { scope: 'projects:write' }, { error: 'invalid_scope' }],
  ['a malformed scope', { scope: 'projects:read\u0007' }, { error: 'invalid_scope' }],
  ['an unknown resource', { resource: 'https://unknown.example' }, { error: 'invalid_target' }],
  ['a resource that is no address', { resource: '::' }, { error: 'invalid_target' }],
]

describe.each([
  ['a public client', PUBLIC_SETTINGS],
  ['a confidential client', SETTINGS],
])('an exchange by %s', (_name, settings) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld(settings)
  })

  async function exchange({ code, authorization }: Obtained, change: Change): Promise<Refusal> {
    const { clientId, clientSecret, redirectUri } = world.app
    const right = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: authorization.codeVerifier,
    }
    const fields = Object.entries({ ...right, ...change }).filter(
      (field): field is [string, string] => field[1] !== undefined,
    )
    const body = new URLSearchParams(fields)
    if (!clientSecret) body.set('client_id', clientId)
    const response = await postBody('/token', body, clientSecret ? basic(clientId, clientSecret) : {})
    return readRefusal(response, [code, authorization.codeVerifier])
  }

  it.each(MISTAKES)(
    'with %s is refused, and the code lives on',
    async (_mistake, change, { error, error_description }) => {
      const obtained = await obtainCode(world.browser, world.integration)

      const refusal = await exchange(obtained, change)

      expect(refusal).toMatchObject({ status: 400, error })
      if (error_description) expect(refusal.error_description).toMatch(error_description)
      expect(await exchangeWith(obtained, world.app)).toMatchObject({ status: 200 })
    },
  )

  it('survives every mistake in a row', async () => {
    const obtained = await obtainCode(world.browser, world.integration)
    for (const [, change] of MISTAKES) expect((await exchange(obtained, change)).status).toBe(400)
    expect(await exchangeWith(obtained, world.app)).toMatchObject({ status: 200 })
  })

  it.each(['code', 'code_verifier', 'redirect_uri', 'grant_type', 'scope', 'client_id'])(
    'that repeats %s is refused, and the code lives on',
    async (name) => {
      const obtained = await obtainCode(world.browser, world.integration)
      const body = `grant_type=authorization_code&code=${obtained.code}&${name}=x&${name}=x`
      expect((await readRefusal(await postBody('/token', body), [obtained.code])).status).toBe(400)
      expect(await exchangeWith(obtained, world.app)).toMatchObject({ status: 200 })
    },
  )

  it('is too late after a minute', async () => {
    const obtained = await obtainCode(world.browser, world.integration)
    const other = await obtainCode(world.browser, world.integration)
    advance(55)
    expect(await exchangeWith(other, world.app)).toMatchObject({ status: 200 }) // control
    advance(10)
    expect(await exchange(obtained, {})).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  it('that asks for nothing that was granted is told each scope', async () => {
    const obtained = await obtainCode(world.browser, world.integration)
    const refusal = await exchange(obtained, { scope: 'projects:write nobody:knows' })
    expect(refusal.scopes).toEqual(['projects:write', 'nobody:knows'])
  })
})

describe('a refresh', () => {
  const MISTAKES_OF_REFRESH: [string, Record<string, string>, string][] = [
    ['an unknown scope', { scope: 'projects:burn' }, 'invalid_scope'],
    ['a scope that was not granted', { scope: 'projects:write' }, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://unknown.example' }, 'invalid_target'],
  ]

  it.each([PUBLIC_SETTINGS, SETTINGS])('that is refused leaves its token alone', async (settings) => {
    const { browser, integration, app } = await createWorld(settings)
    const { refresh_token: refreshToken } = await connect(browser, integration)
    for (const [, change, error] of MISTAKES_OF_REFRESH) {
      const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, ...change })
      if (!app.clientSecret) body.set('client_id', app.clientId)
      const headers = app.clientSecret ? basic(app.clientId, app.clientSecret) : {}
      const refusal = await readRefusal(await postBody('/token', body, headers), [refreshToken])
      expect(refusal).toMatchObject({ status: 400, error })
    }
    const narrowed = await integration.refresh(refreshToken, { scope: 'projects:read' })
    expect(narrowed.scope).toBe('projects:read')
  })

  it('is not for an app that did not register for it', async () => {
    const { browser } = await createWorld()
    const registration = { ...PUBLIC_SETTINGS, grant_types: ['authorization_code'] }
    const app = await registerApp(browser, registration)
    const refused = await refreshWith('pst_rt_unknown', app)
    expect(refused).toMatchObject({ status: 400, error: 'unauthorized_client' })
  })
})
