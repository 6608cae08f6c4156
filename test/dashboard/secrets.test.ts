import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { currentTime } from '../../src/lib/clock.ts'
import { Tool } from '../support/workers/api-token.ts'
import { ringAuthority } from '../support/workers/authority-alarm.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'

const DAY = 86_400

let developer: Developer
let path: string
beforeEach(async () => {
  developer = await Developer.signIn()
  path = `/api/v1/apps/${(await developer.registerApp()).client_id}/secrets`
})

const create = (fields: object = {}) => developer.call('POST', path, { name: 'Second', ...fields })

describe('the secrets of an app', () => {
  it('are shown once, and then only their names and times', async () => {
    const expiresAt = currentTime() + DAY
    const { status, body } = await create({ expires_at: expiresAt })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^sec_/),
      name: 'Second',
      created_at: expect.any(Number),
      expires_at: expiresAt,
      last_used_at: null,
      client_secret: expect.stringMatching(/^pst_secret_[\w-]{65}$/),
    })

    const listed = await developer.call('GET', path)
    expect(listed.body).toMatchObject({ items: [{ name: 'First secret' }, { name: 'Second' }], next_cursor: null })
    const fields = ['created_at', 'expires_at', 'id', 'last_used_at', 'name']
    for (const item of listed.body.items) expect(Object.keys(item).sort()).toEqual(fields)
  })

  it('tell when they were last used', async () => {
    const organizationId = await developer.join('owner')
    const { clientId } = await Tool.connect(developer, { organizations: [organizationId] })
    const lastUsed = async () =>
      (await developer.call('GET', `/api/v1/apps/${clientId}/secrets`)).body.items[0]?.last_used_at
    await ringAuthority()
    expect(await lastUsed()).toBeGreaterThan(currentTime() - 3600)
  })

  it('are two at most', async () => {
    expect((await create()).status).toBe(201)
    const third = await create()
    expect(third.status).toBe(409)
    expect(third.body.detail).toContain('two live secrets')
  })

  it('are two at most when two are created at once', async () => {
    const answers = await Promise.all([create(), create(), create()])
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409])
    expect((await developer.call('GET', path)).body.items).toHaveLength(2)
  })

  it('make room when one is deleted, once', async () => {
    const { body } = await create()
    expect((await developer.call('DELETE', `${path}/${body.id}`)).status).toBe(204)
    expect((await developer.call('DELETE', `${path}/${body.id}`)).status).toBe(404)
    expect((await create()).status).toBe(201)
  })

  it('make room when one expires', async () => {
    const { body } = await create({ expires_at: currentTime() + DAY })
    await changeByHand('UPDATE app_secrets SET expires_at = ? WHERE id = ?', currentTime(), body.id)
    expect((await developer.call('GET', path)).body.items).toHaveLength(1)
    expect((await developer.call('DELETE', `${path}/${body.id}`)).status).toBe(404)
    expect((await create()).status).toBe(201)
  })

  it('are not deleted through another app', async () => {
    const other = `/api/v1/apps/${(await developer.registerApp()).client_id}/secrets`
    const { body } = await create()
    expect((await developer.call('DELETE', `${other}/${body.id}`)).status).toBe(404)
    expect((await developer.call('GET', path)).body.items).toHaveLength(2)
  })

  for (const [what, fields, pointer] of [
    ['an expiry in the past', { expires_at: 1_700_000_000 }, '/expires_at'],
    ['an expiry in milliseconds', { expires_at: Date.now() + DAY * 1000 }, '/expires_at'],
    ['an expiry three years away', { expires_at: currentTime() + 3 * 365 * DAY }, '/expires_at'],
    ['an expiry that is a date', { expires_at: '2030-01-01' }, '/expires_at'],
    ['no name', { name: undefined }, '/name'],
    ['an invisible name', { name: '\u200b' }, '/name'],
    ['a value of their own', { client_secret: 'chosen' }, '/client_secret'],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      const { status, body } = await create(fields)
      expect(status).toBe(422)
      expect(body.errors).toMatchObject([{ pointer }])
    })
  }

  it('do not exist for public apps', async () => {
    const app = await developer.registerApp({ token_endpoint_auth_method: 'none' })
    const refused = await developer.call('POST', `/api/v1/apps/${app.client_id}/secrets`, { name: 'One' })
    expect(refused.status).toBe(409)
  })

  it('need a sign-in within 15 minutes, when created by session', async () => {
    const signedIn = (secondsAgo: number) =>
      env.DB.prepare('UPDATE sessions SET signed_in_at = ? WHERE account_id = ?')
        .bind(currentTime() - secondsAgo, developer.accountId)
        .run()
    await signedIn(16 * 60)
    const refused = await create()
    expect(refused.status).toBe(403)
    expect(refused.body.type).toContain('sign-in-too-old')
    expect((await developer.call('GET', path)).status).toBe(200)

    await signedIn(14 * 60)
    expect((await create()).status).toBe(201)
  })
})
