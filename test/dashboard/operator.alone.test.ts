import { runInDurableObject } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { authorityStub } from '../../src/authority/authority-stub.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import { createWorld, ISSUER, introspectAsApi } from '../support/workers/world.ts'

interface Item {
  id: string
  kid: string
  state: string
}

let operator: Developer
beforeAll(async () => {
  operator = await Developer.signIn('operator@example.com')
})

const list = async (path: string) =>
  (await operator.call('GET', `/api/v1/operator/${path}`)).body.items as unknown as Item[]
const publishedKids = async () => {
  const response = await exports.default.fetch(`${ISSUER}/.well-known/jwks.json`)
  return (await response.json<{ keys: { kid: string }[] }>()).keys.map(({ kid }) => kid)
}
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1100))

describe('operators', () => {
  it('find every app, organization and account', async () => {
    const { app } = await createWorld()
    expect(await list(`apps?q=${app.clientId}`)).toMatchObject([{ id: app.clientId }])
    expect(await list('accounts?q=OPERATOR@example.com')).toMatchObject([{ id: operator.accountId }])
    expect((await list('organizations?q=Operators'))[0]).toMatchObject({ id: 'org_operators' })
  })

  it('see how the deployment is', async () => {
    const { body } = await operator.call('GET', '/api/v1/operator/health')
    expect(body).toMatchObject({ healthy: true, database_ms: expect.any(Number), views_ms: expect.any(Number) })
  })

  it('say why they suspend', async () => {
    const { app } = await createWorld()
    const answer = await operator.call('PUT', `/api/v1/operator/apps/${app.clientId}/suspension`, { reason: ' ' })
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toMatchObject([{ pointer: '/reason' }])
  })

  it('find all of it on pages', async () => {
    for (const path of ['', '/apps', '/organizations', '/accounts', '/keys', '/catalog']) {
      expect((await operator.browser.get(`/operator${path}`)).status, path).toBe(200)
    }
    const other = await Developer.signIn()
    expect((await other.browser.get('/operator')).status).toBe(403)
  })
})

describe('signing keys', () => {
  it('rotate by a standby that was published long enough, and not before', async () => {
    const world = await createWorld()
    const tokens = await connect(world.browser, world.integration)
    const kid = readToken(tokens.access_token).header.kid ?? ''
    const early = await operator.call('POST', `/api/v1/operator/keys/${kid}/rotation`)
    expect(early.status).toBe(409)
    expect(early.body.detail).toContain('Rotate from')

    await runInDurableObject(authorityStub(env, 'weur'), (_object, { storage }) => {
      storage.sql.exec("UPDATE keys SET signs_from = 0 WHERE state = 'standby'")
    })
    expect((await operator.call('POST', `/api/v1/operator/keys/${kid}/rotation`)).status).toBe(204)
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(readToken(refreshed.access_token ?? '').header.kid).not.toBe(kid)
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true }) // the old key is still published
    expect((await list('keys')).find((key) => key.kid === kid)).toMatchObject({ state: 'retired' })
  })

  it('that are withdrawn sign nothing and verify nothing any more', async () => {
    const world = await createWorld()
    const tokens = await connect(world.browser, world.integration)
    const kid = readToken(tokens.access_token).header.kid ?? ''
    expect(await publishedKids()).toContain(kid) // control
    expect((await operator.call('POST', `/api/v1/operator/keys/${kid}/withdrawal`)).status).toBe(204)
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    await nextSecond()
    expect(await publishedKids()).not.toContain(kid)
    const refreshed = await refreshWith(tokens.refresh_token, world.app)
    expect(readToken(refreshed.access_token ?? '').header.kid).not.toBe(kid)
    expect(await introspectAsApi(refreshed.access_token ?? '')).toMatchObject({ active: true })
    const sql = "SELECT actor FROM audit_events WHERE event = 'key.withdrawn' AND reason = ?"
    expect(await env.DB.prepare(sql).bind(kid).first('actor')).toBe(operator.accountId)
  })

  it('that nobody knows are not found', async () => {
    expect((await operator.call('POST', '/api/v1/operator/keys/nobody/withdrawal')).status).toBe(404)
  })
})
