import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { addRefusalCountsStatements, listRefusalCounts } from '../../src/apps/refusal-counts-store.ts'
import { listTokenErrors, noteTokenErrorsStatements, type TokenError } from '../../src/apps/token-errors-store.ts'
import { epochDay, isoDate } from '../../src/apps/usage.ts'
import { deleteOldUsage } from '../../src/apps/usage-store.ts'
import { runScheduled } from '../../src/jobs.ts'
import { currentTime } from '../../src/lib/clock.ts'
import { Tool } from '../support/workers/api-token.ts'
import { type ApiBody, callAnonymously, Developer } from '../support/workers/developer.ts'

const TODAY = epochDay(currentTime())

let owner: Developer
let organizationId: string
let app: ApiBody
let paths: string[]
beforeAll(async () => {
  owner = await Developer.signIn()
  organizationId = await owner.join('owner')
  app = await owner.registerApp({ organization_id: organizationId })
  paths = [`/api/v1/apps/${app.client_id}/usage`, `/api/v1/apps/${app.client_id}/errors`]
})

const statusesFor = (call: (path: string) => Promise<{ status: number }>) =>
  Promise.all(paths.map(async (path) => (await call(path)).status))

function countTokens(clientId: string, day: number, grantType: string, tokens: number) {
  const statement = env.DB.prepare('INSERT INTO usage_counts (client_id, day, grant_type, tokens) VALUES (?, ?, ?, ?)')
  return statement.bind(clientId, day, grantType, tokens).run()
}

function addGrant(clientId: string, accountId: string, state: 'active' | 'revoked') {
  return env.DB.prepare(
    `INSERT INTO grant_index (grant_id, account_id, client_id, resource, scopes, organizations, state, version,
                              created_at, last_used_at)
     VALUES (?, ?, ?, 'r', '[]', '[]', ?, 1, 0, 0)`,
  )
    .bind(crypto.randomUUID(), accountId, clientId, state)
    .run()
}

const noteTokenError = (id: string, error: TokenError) =>
  env.DB.batch(noteTokenErrorsStatements(env.DB, [{ clientId: id, ...error }]))

describe('who may read what an app has been doing', () => {
  it('every member of its organization', async () => {
    const member = await Developer.signIn()
    await member.join('member', organizationId)
    expect(await statusesFor((path) => owner.call('GET', path))).toEqual([200, 200])
    expect(await statusesFor((path) => member.call('GET', path))).toEqual([200, 200])
  })

  it('nobody else', async () => {
    const stranger = await Developer.signIn()
    await stranger.join('owner')
    expect(await statusesFor((path) => stranger.call('GET', path))).toEqual([404, 404])
    expect(await statusesFor((path) => callAnonymously(path))).toEqual([401, 401])
  })

  it('a token with apps:read for that organization', async () => {
    const reading = await Tool.connect(owner, { scopes: ['apps:read'], organizations: [organizationId] })
    const writing = await Tool.connect(owner, { scopes: ['apps:write'], organizations: [organizationId] })
    expect(await statusesFor((path) => reading.call('GET', path))).toEqual([200, 200])
    expect(await statusesFor((path) => writing.call('GET', path))).toEqual([403, 403])
  })
})

describe('the usage of an app', () => {
  it('is a number for each day and grant type, and for the people who connected it', async () => {
    const { client_id: clientId } = await owner.registerApp()
    await countTokens(clientId, TODAY - 29, 'authorization_code', 2)
    await countTokens(clientId, TODAY, 'refresh_token', 7)
    await countTokens(clientId, TODAY - 30, 'refresh_token', 100) // a day too early
    await countTokens('app_other', TODAY, 'refresh_token', 100)
    for (const account of ['acc_1', 'acc_1', 'acc_2']) await addGrant(clientId, account, 'active')
    await addGrant(clientId, 'acc_3', 'revoked')

    const { body } = await owner.call('GET', `/api/v1/apps/${clientId}/usage`)

    expect(body).toEqual({
      items: [
        { day: isoDate(TODAY - 29), grant_type: 'authorization_code', tokens: 2 },
        { day: isoDate(TODAY), grant_type: 'refresh_token', tokens: 7 },
      ],
      next_cursor: null,
      connected_accounts: 2,
    })
    const today = await owner.call('GET', `/api/v1/apps/${clientId}/usage?days=1`)
    expect(today.body.items).toHaveLength(1)
  })

  it.each(['0', '397', '1.5', 'all'])('is not answered for %s days', async (days) => {
    const { status, body } = await owner.call('GET', `${paths[0]}?days=${days}`)
    expect(status).toBe(400)
    expect(body.detail).toContain('days')
  })

  it('is kept for thirteen months, and deliveries for one', async () => {
    const clientId = 'app_kept'
    for (const age of [0, 395, 397]) await countTokens(clientId, TODAY - age, 'refresh_token', 1)
    const insert = env.DB.prepare('INSERT INTO usage_deliveries (id, delivered_at) VALUES (?, ?)')
    await insert.bind('use_new', currentTime() - 29 * 86_400).run()
    await insert.bind('use_old', currentTime() - 31 * 86_400).run()

    await deleteOldUsage(env.DB, currentTime())

    const { results } = await env.DB.prepare('SELECT day FROM usage_counts WHERE client_id = ?').bind(clientId).all()
    expect(results.map(({ day }) => TODAY - Number(day)).sort()).toEqual([0, 395])
    const deliveries = await env.DB.prepare("SELECT id FROM usage_deliveries WHERE id IN ('use_new', 'use_old')").all()
    expect(deliveries.results.map(({ id }) => id)).toEqual(['use_new'])
  })
})

describe('the recent errors of an app', () => {
  it('are told with the rule in words, newest first', async () => {
    const { client_id: clientId } = await owner.registerApp()
    const error = { error: 'invalid_grant', reason: 'code_expired' }
    await noteTokenError(clientId, { at: 10, grantType: 'authorization_code', ...error })
    await noteTokenError(clientId, { at: 20, grantType: null, ...error })

    const { body } = await owner.call('GET', `/api/v1/apps/${clientId}/errors`)

    const description = 'The authorization code has expired.'
    const fix = 'Start a new authorization; a code is good once and for a minute.'
    expect(body).toEqual({
      items: [
        { at: 20, grant_type: null, ...error, description, fix },
        { at: 10, grant_type: 'authorization_code', ...error, description, fix },
      ],
      next_cursor: null,
      counted: [],
    })
  })

  it('are forgotten after a week', async () => {
    const { client_id: clientId } = await owner.registerApp()
    const error = { grantType: null, error: 'invalid_grant', reason: 'code_expired' }
    await noteTokenError(clientId, { at: currentTime() - 8 * 86_400, ...error })
    await noteTokenError(clientId, { at: currentTime() - 6 * 86_400, ...error })

    await runScheduled(env)

    expect(await listTokenErrors(env.DB, clientId, 10)).toHaveLength(1)
  })

  it('are forgotten after a week where they are only counted', async () => {
    const { client_id: clientId = '' } = await owner.registerApp()
    const refusal = { clientId, endpoint: 'token' as const, reason: 'client_secret_wrong', error: 'invalid_client' }
    const counts = [TODAY - 7, TODAY - 6].map((day) => ({ ...refusal, day, count: 3, lastAt: day * 86_400 }))
    await env.DB.batch(addRefusalCountsStatements(env.DB, counts))

    await runScheduled(env)

    expect(await listRefusalCounts(env.DB, clientId)).toMatchObject([{ day: TODAY - 6, count: 3 }])
  })
})
