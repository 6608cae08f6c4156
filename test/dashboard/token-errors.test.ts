import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { listTokenErrors, noteTokenError } from '../../src/apps/token-errors-store.ts'
import { exchangeWith, obtainCode, requestToken } from '../support/workers/connect.ts'
import { createWorld } from '../support/workers/world.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('tells the developer why a token request was refused, and no value of it', async () => {
  const { browser, integration, app } = await createWorld()
  const obtained = await obtainCode(browser, integration)
  const verifier = 'v'.repeat(43)
  expect((await exchangeWith(obtained, app, { code_verifier: verifier })).error).toBe('invalid_grant')
  await expect.poll(() => listTokenErrors(env.DB, app.clientId, 10)).toHaveLength(1)
  const { results } = await env.DB.prepare('SELECT * FROM token_errors WHERE client_id = ?').bind(app.clientId).all()
  expect(results[0]).toMatchObject({
    grant_type: 'authorization_code',
    error: 'invalid_grant',
    reason: 'code_verifier_mismatch',
  })
  expect(JSON.stringify(results)).not.toContain(verifier)

  const page = await browser.get(`/developer/apps/${app.clientId}`)
  expect(page.html).toContain('code_verifier does not match')
})

it('writes one a second, whatever somebody sends in its name, and nothing for unknown apps', async () => {
  const { app } = await createWorld()
  const wrong = { clientId: app.clientId, clientSecret: 'wrong' }
  for (let i = 0; i < 10; i++) await requestToken({ grant_type: 'refresh_token', refresh_token: 'x' }, wrong)
  await requestToken({ grant_type: 'refresh_token', refresh_token: 'x' }, { clientId: 'app_nobody', clientSecret: 'x' })
  await pause(300)
  const noted = await listTokenErrors(env.DB, app.clientId, 10)
  expect(noted.length).toBeGreaterThan(0)
  expect(noted.length).toBeLessThanOrEqual(3) // the ten may lie in two or three seconds
  expect(await listTokenErrors(env.DB, 'app_nobody', 10)).toEqual([])
})

it('keeps the newest hundred of an app', async () => {
  const { app } = await createWorld()
  for (let at = 1; at <= 103; at++) {
    await noteTokenError(env.DB, app.clientId, { at, grantType: null, error: 'invalid_grant', reason: 'code_expired' })
  }
  const kept = await listTokenErrors(env.DB, app.clientId, 1000)
  expect(kept).toHaveLength(100)
  expect(kept[0]?.at).toBe(103)
})
