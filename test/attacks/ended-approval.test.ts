import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { runScheduled } from '../../src/jobs.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, introspectAsApi, SETTINGS } from '../support/workers/world.ts'

/** An organization with the policy `open`, and a member whose app was approved there for reading, until some time. */
async function approvedForReading() {
  const world = await createWorld({ ...SETTINGS, scopes: ['projects:read', 'projects:write'], optional_scopes: [] })
  const { clientId } = world.app
  await makePublic(clientId)
  const owner = await Developer.signIn()
  const slug = `org-${crypto.randomUUID().slice(0, 8)}`
  const { id } = (await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })).body
  const email = await env.DB.prepare(
    'SELECT accounts.id FROM accounts JOIN members ON account_id = accounts.id WHERE organization_id = ?',
  )
    .bind(world.app.organizationId)
    .first<string>('id')
  await changeByHand(
    "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'member', unixepoch())",
    id,
    email,
  )
  const path = `/api/v1/organizations/${id}`
  const decide = (fields: object) => owner.call('PUT', `${path}/decisions/${clientId}`, fields)
  const limits = { scope_ceiling: ['projects:read'], expires_at: Math.floor(Date.now() / 1000) + 45 }
  expect((await decide({ decision: 'approved', ...limits })).status).toBe(200)
  const tokens = await connect(world.browser, world.integration, {}, { organization: [id] })
  expect(tokens.scope).toBe('projects:read') // control: the ceiling holds while it lasts
  const end = () => changeByHand('UPDATE app_decisions SET expires_at = unixepoch() - 1 WHERE organization_id = ?', id)
  return { world, owner, id, path, clientId, tokens, decide, end }
}

const eventsOf = async (organizationId: string) =>
  (
    await env.DB.prepare(
      "SELECT event, actor FROM organization_events WHERE organization_id = ? AND event LIKE 'appr%'",
    )
      .bind(organizationId)
      .all()
  ).results

describe('an approval whose end has come', () => {
  it('widens nothing, although the policy is open: the app is refused', async () => {
    const { world, owner, path, clientId, tokens, end } = await approvedForReading()
    await end()
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect((await owner.call('GET', `${path}/apps/${clientId}`)).body).toMatchObject({ state: 'ended', refused: true })
    const { path: authorization } = await world.integration.begin()
    expect((await world.browser.get(authorization)).html).toContain('The approval of this app has ended.')
  })

  it('is audited once, and cuts off as a block does', async () => {
    const { world, id, clientId, tokens, decide, end } = await approvedForReading()
    await end()
    await Promise.all([runScheduled(env), runScheduled(env)])
    await runScheduled(env)
    expect(await eventsOf(id)).toEqual([{ event: 'approval.ended', actor: null }])
    const jobs = await env.DB.prepare('SELECT client_id, cause FROM cut_off_jobs WHERE organization_id = ?')
      .bind(id)
      .all()
    expect(jobs.results).toEqual([{ client_id: clientId, cause: 'approval.ended' }])

    await decide({ decision: 'approved', scope_ceiling: null })
    expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
    const again = await connect(world.browser, world.integration, {}, { organization: [id] })
    expect(again.scope).toBe('projects:read projects:write') // control: people are asked anew
  })

  it('that is decided on before the schedule noticed is audited and ended all the same', async () => {
    const { world, id, owner, path, clientId, tokens, end } = await approvedForReading()
    await end()
    expect((await owner.call('DELETE', `${path}/decisions/${clientId}`)).status).toBe(204)
    expect(await eventsOf(id)).toEqual([{ event: 'approval.ended', actor: null }])
    expect(await refreshWith(tokens.refresh_token, world.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
    const again = await connect(world.browser, world.integration, {}, { organization: [id] })
    expect(again.scope).toBe('projects:read projects:write') // control: the policy decides again
  })

  it('of a block does not exist: it has no end and no ceiling', async () => {
    const { decide } = await approvedForReading()
    const expiresAt = Math.floor(Date.now() / 1000) + 45
    expect((await decide({ decision: 'blocked', expires_at: expiresAt })).status).toBe(422)
    expect((await decide({ decision: 'blocked', scope_ceiling: ['projects:read'] })).status).toBe(422)
    expect((await decide({ decision: 'blocked', expires_at: null, scope_ceiling: null })).status).toBe(200) // control
  })
})

describe('a consent in the second of a removal', () => {
  it('counts when it follows, and not when it precedes, however fast', async () => {
    const { world, id, tokens, decide } = await approvedForReading()
    await decide({ decision: 'blocked' })
    await decide({ decision: 'approved', scope_ceiling: null })
    const fresh = await connect(world.browser, world.integration, {}, { organization: [id] })
    expect((await introspectAsApi(fresh.access_token)).organizations).toEqual([id])
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    await decide({ decision: 'blocked' })
    expect(await introspectAsApi(fresh.access_token)).toEqual({ active: false }) // control
  })

  it('counts when it follows a new membership, and not when it precedes it', async () => {
    const { world, id, tokens, owner, path } = await approvedForReading()
    const { sub } = readToken(tokens.access_token).claims
    expect((await owner.call('DELETE', `${path}/members/${sub}`)).status).toBe(204)
    await changeByHand(
      "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'member', unixepoch())",
      id,
      String(sub),
    )
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    const fresh = await connect(world.browser, world.integration, {}, { organization: [id] })
    expect((await introspectAsApi(fresh.access_token)).organizations).toEqual([id])
  })
})
