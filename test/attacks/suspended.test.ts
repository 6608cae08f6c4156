import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { connect, exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, introspectAsApi } from '../support/workers/world.ts'

let operator: Developer
beforeAll(async () => {
  operator = await Developer.signIn('operator@example.com')
})

const suspend = (path: string) => operator.call('PUT', `/api/v1/operator/${path}/suspension`, { reason: 'Leaked.' })
const resume = (path: string, query = '?keep_grants=true') =>
  operator.call('DELETE', `/api/v1/operator/${path}/suspension${query}`)

describe('a suspended app', () => {
  it('gets nothing anywhere from its next request on, and goes on when it is resumed', async () => {
    const world = await createWorld()
    const other = await createWorld()
    const tokens = await connect(world.browser, world.integration)
    const others = await connect(other.browser, other.integration)
    const waiting = await obtainCode(world.browser, world.integration, { prompt: 'consent' })
    const path = `apps/${world.app.clientId}`

    expect((await suspend(path)).status).toBe(204)
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    // Not invalid_grant: a client would throw its refresh token away, and this can be lifted.
    expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({
      status: 400,
      error: 'unauthorized_client',
    })
    expect((await exchangeWith(waiting, world.app)).status).toBe(400)
    const { path: authorizePath } = await world.integration.begin()
    expect((await world.browser.get(authorizePath)).status).toBe(400)
    expect(await introspectAsApi(others.access_token)).toMatchObject({ active: true }) // control
    expect((await refreshWith(others.refresh_token, other.app)).status).toBe(200) // control

    expect((await resume(path)).status).toBe(204)
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
    expect((await refreshWith(tokens.refresh_token, world.app)).status).toBe(200)
  })

  it('is suspended once, and resumed once', async () => {
    const { app } = await createWorld()
    const path = `apps/${app.clientId}`
    expect([(await suspend(path)).status, (await suspend(path)).status]).toEqual([204, 409])
    expect([(await resume(path)).status, (await resume(path)).status]).toEqual([204, 409])
    expect((await suspend('apps/app_nobody')).status).toBe(409)
  })
})

describe('a suspended account', () => {
  it('is signed out, and no app acts for it', async () => {
    const world = await createWorld()
    const tokens = await connect(world.browser, world.integration)
    const path = `accounts/${readToken(tokens.access_token).claims.sub}`
    await suspend(path)
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    expect((await refreshWith(tokens.refresh_token, world.app)).status).toBe(400)
    expect((await world.browser.get('/developer')).location).toContain('/sign-in')
    await resume(path)
    expect((await refreshWith(tokens.refresh_token, world.app)).status).toBe(200)
    expect((await world.browser.get('/developer')).location).toContain('/sign-in') // for good
  })

  it('is never the operator who asks', async () => {
    expect((await suspend(`accounts/${operator.accountId}`)).status).toBe(409)
    expect((await operator.call('GET', '/api/v1/operator/accounts')).status).toBe(200)
  })
})

describe('a suspended organization', () => {
  it('is reached by no app, and others of the person still are', async () => {
    const world = await createWorld()
    await makePublic(world.app.clientId)
    const created = await world.browser.fetch('/api/v1/organizations', {
      method: 'POST',
      headers: { Origin: world.browser.origin, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Acme', slug: crypto.randomUUID() }),
    })
    const { id: acme } = await created.json<{ id: string }>()
    const { organizationId: own } = world.app
    const tokens = await connect(world.browser, world.integration, {}, { organization: [own, acme] })
    await suspend(`organizations/${acme}`)
    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([own])
    await resume(`organizations/${acme}`)
    expect((await introspectAsApi(tokens.access_token)).organizations).toContain(acme)
  })
})

describe('a suspension that is lifted', () => {
  it.each(['apps', 'accounts', 'organizations'] as const)('brings nothing back silently, of %s', async (kind) => {
    const world = await createWorld()
    const tokens = await connect(world.browser, world.integration)
    const { sub } = readToken(tokens.access_token).claims
    const ids = { apps: world.app.clientId, accounts: String(sub), organizations: world.app.organizationId }
    const path = `${kind}/${ids[kind]}`
    await suspend(path)
    expect((await resume(path, '')).status).toBe(204)

    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    const refused = await refreshWith(tokens.refresh_token, world.app)
    expect(refused).toMatchObject({ status: 400, error: 'invalid_grant' })

    const { email } = (await env.DB.prepare('SELECT email FROM accounts WHERE id = ?')
      .bind(sub)
      .first<{ email: string }>())!
    const person = kind === 'accounts' ? (await Developer.signIn(email)).browser : world.browser
    const { path: authorization } = await world.integration.begin()
    expect((await person.get(authorization)).html).toContain('name="consent"') // asked anew, and not skipped
    const again = await connect(person, world.integration)
    expect(await introspectAsApi(again.access_token)).toMatchObject({ active: true }) // control
  })

  it('is lifted by a form whose box is empty at first', async () => {
    const { app } = await createWorld()
    await suspend(`apps/${app.clientId}`)
    const page = await operator.browser.get(`/operator/apps?q=${app.clientId}`)
    const box = /<input[^>]*name="keep_grants"[^>]*>/.exec(page.html)?.[0] ?? ''
    expect(box).toContain('type="checkbox"')
    expect(box).not.toContain('checked')
  })
})
