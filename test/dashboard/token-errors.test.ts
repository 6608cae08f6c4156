import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { listRefusalCounts } from '../../src/apps/refusal-counts-store.ts'
import { listTokenErrors } from '../../src/apps/token-errors-store.ts'
import { connect, exchangeWith, obtainCode, refreshWith, requestToken } from '../support/workers/connect.ts'
import { createWorld, PUBLIC_SETTINGS, type World } from '../support/workers/world.ts'

const VERIFIER = 'v'.repeat(43)

const errorsOf = ({ app }: World) => listTokenErrors(env.DB, app.clientId, 10_000)
const reasonsOf = async (world: World) => (await errorsOf(world)).map(({ reason }) => reason)
const countsOf = async ({ app }: World) => {
  const counts = await listRefusalCounts(env.DB, app.clientId)
  return Object.fromEntries(counts.map(({ endpoint, reason, count }) => [`${endpoint} ${reason}`, count]))
}

it('tells the developer why a token request was refused and what to do, and no value of it', async () => {
  const world = await createWorld()
  const { browser, integration, app } = world
  const obtained = await obtainCode(browser, integration)
  expect((await exchangeWith(obtained, app, { code_verifier: VERIFIER })).error).toBe('invalid_grant')
  await expect.poll(() => errorsOf(world)).toHaveLength(1)
  const { results } = await env.DB.prepare('SELECT * FROM token_errors WHERE client_id = ?').bind(app.clientId).all()
  expect(results[0]).toMatchObject({
    grant_type: 'authorization_code',
    error: 'invalid_grant',
    reason: 'code_verifier_mismatch',
  })
  expect(JSON.stringify(results)).not.toContain(VERIFIER)

  const page = await browser.get(`/developer/apps/${app.clientId}`)
  expect(page.html).toContain('code_verifier does not match')
  expect(page.html).toContain('Keep the verifier beside the state')
})

it('shows every error of a burst, and the code replay that revoked a grant', async () => {
  const world = await createWorld()
  const { browser, integration, app } = world
  const obtained = await obtainCode(browser, integration)
  expect((await exchangeWith(obtained, app)).status).toBe(200)

  await Promise.all([
    exchangeWith(obtained, app, { code_verifier: VERIFIER }),
    exchangeWith(obtained, app, { code: 'pst_code_cut_off' }),
    exchangeWith(obtained, app, { code: '' }),
    refreshWith('pst_rt_cut_off', app),
    refreshWith('', app),
    requestToken({ grant_type: 'password', username: 'x', password: 'y' }, app),
    requestToken({}, app),
  ])
  await exchangeWith(obtained, app)

  await expect
    .poll(async () => (await reasonsOf(world)).sort(), { timeout: 5000 })
    .toEqual([
      'code_malformed',
      'code_missing',
      'code_replayed',
      'code_verifier_mismatch',
      'grant_type_missing',
      'grant_type_unsupported',
      'refresh_token_malformed',
      'refresh_token_missing',
    ])
})

it('counts what was refused at /authorize, shows it with its way out, and writes nothing for unknown apps', async () => {
  const world = await createWorld()
  const { browser, integration, app } = world
  const refuse = async (parameters: Record<string, string>) => browser.get((await integration.begin(parameters)).path)
  await refuse({ redirect_uri: 'https://app.example/moved' })
  await refuse({ redirect_uri: 'https://app.example/moved' })
  await refuse({ scope: 'projects:burn' })
  await refuse({ code_challenge_method: 'plain' })
  await refuse({ client_id: 'app_nobody' })
  await refuse({}) // control: the consent page

  await expect
    .poll(() => countsOf(world), { timeout: 5000 })
    .toEqual({
      'authorization redirect_uri_unregistered': 2,
      'authorization scope_unregistered': 1,
      'authorization code_challenge_method': 1,
    })
  expect(await listRefusalCounts(env.DB, 'app_nobody')).toEqual([])
  const { html } = await browser.get(`/developer/apps/${app.clientId}`)
  expect(html).toContain('Refused without authentication')
  expect(html).toContain('2 times')
  expect(html).toContain('Register it in the settings of the app, character for character.')
  const response = await browser.fetch(`/api/v1/apps/${app.clientId}/errors`)
  expect(await response.json()).toMatchObject({
    items: [],
    counted: expect.arrayContaining([
      expect.objectContaining({ endpoint: 'authorization', reason: 'scope_unregistered', count: 1 }),
    ]),
  })
})

it('keeps the errors of a public app that only a holder of its credentials can cause', async () => {
  const world = await createWorld(PUBLIC_SETTINGS)
  const { browser, integration, app } = world
  const { refresh_token } = await connect(browser, integration)
  await requestToken({ grant_type: 'refresh_token', refresh_token, resource: 'https://other.example' }, app)
  await refreshWith('pst_rt_cut_off', app)

  await expect.poll(() => countsOf(world), { timeout: 5000 }).toEqual({ 'token refresh_token_malformed': 1 })
  await expect.poll(() => reasonsOf(world), { timeout: 5000 }).toEqual(['resource_mismatch'])
})
