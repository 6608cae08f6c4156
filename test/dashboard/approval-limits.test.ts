import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Page } from '../support/browser.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, SETTINGS } from '../support/workers/world.ts'

const tokenOf = ({ html }: Page) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

/** An administrator before the page of a stranger's public app, in a new organization. */
async function approving() {
  const world = await createWorld({ ...SETTINGS, scopes: ['projects:read', 'projects:write'], optional_scopes: [] })
  const { clientId } = world.app
  await makePublic(clientId)
  const owner = await Developer.signIn()
  const slug = `org-${crypto.randomUUID().slice(0, 8)}`
  const { id } = (await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })).body
  const api = `/api/v1/organizations/${id}`
  const decide = (fields: object) => owner.call('PUT', `${api}/decisions/${clientId}`, fields)
  await decide({ decision: 'blocked' })
  const path = `/organizations/${slug}/apps/${clientId}`
  const show = () => owner.browser.get(path)
  const decision = async () => (await owner.call('GET', `${api}/decisions`)).body.items[0]
  const change = (fields: object) =>
    world.browser.fetch(`/api/v1/apps/${clientId}`, {
      method: 'PATCH',
      headers: { Origin: world.browser.origin, 'Content-Type': 'application/json' },
      body: JSON.stringify(fields),
    })
  return { world, owner, id, api, clientId, path, decide, show, decision, change }
}

const isTicked = ({ html }: Page, scope: string) =>
  /\bchecked\b/.test(new RegExp(`<input[^>]*name="scope" value="${scope}"[^>]*>`).exec(html)?.[0] ?? '')

describe('the form of an approval', () => {
  it('with every box ticked is a limit: what the app registers later does not pass', async () => {
    const { owner, api, clientId, path, show, decision, change } = await approving()
    const shown = ['projects:read', 'projects:write']
    const form = { form_token: tokenOf(await show()), decision: 'approved', limit: 'chosen' }
    await owner.browser.post(path, { ...form, scope: shown, shown })
    expect(await decision()).toMatchObject({ decision: 'approved', scope_ceiling: shown })

    await changeByHand(`INSERT OR IGNORE INTO scopes (name, resource, title, description, target)
       VALUES ('projects:erase', '/test/api', 'Erase projects', 'Erase them.', 'organization')`)
    expect((await change({ scopes: [...shown, 'projects:erase'] })).status).toBe(200)
    const { body } = await owner.call('GET', `${api}/apps/${clientId}`)
    expect(body).toMatchObject({ waiting_scopes: ['projects:erase'] })
  })

  it('begins without what is sensitive, and without what is above the ceiling of the organization', async () => {
    const { owner, api, show } = await approving()
    expect([isTicked(await show(), 'projects:read'), isTicked(await show(), 'projects:write')]).toEqual([true, false])
    await owner.call('PUT', `${api}/policy`, { policy: 'open', scope_ceiling: ['projects:write'] })
    expect([isTicked(await show(), 'projects:read'), isTicked(await show(), 'projects:write')]).toEqual([false, false])
  })

  it('has no limit only when that is chosen in so many words', async () => {
    const { owner, path, show, decision } = await approving()
    const form = { form_token: tokenOf(await show()), decision: 'approved', shown: ['projects:read', 'projects:write'] }
    await owner.browser.post(path, { ...form, limit: 'none' })
    expect(await decision()).toMatchObject({ scope_ceiling: null })
    await owner.browser.post(path, { ...form, limit: 'chosen' })
    expect(await decision()).toMatchObject({ scope_ceiling: [] })
  })

  it('approves nothing that it did not show', async () => {
    const { owner, api, clientId, path, show, change } = await approving()
    const page = await show()
    await change({ scopes: ['projects:read', 'projects:write'], optional_scopes: ['projects:read'] })
    const form = { form_token: tokenOf(page), decision: 'approved', limit: 'chosen' }
    await owner.browser.post(path, { ...form, scope: ['projects:read'], shown: ['projects:read'] })
    const { body } = await owner.call('GET', `${api}/apps/${clientId}`)
    expect(body).toMatchObject({ waiting_scopes: ['projects:write'] })
    expect((await show()).html).toContain('It has registered projects:write since you approved it.')
  })
})

describe('the API of decisions', () => {
  it('has no default for what an approval stops at', async () => {
    const { decide, decision } = await approving()
    const refused = await decide({ decision: 'approved' })
    expect(refused.status).toBe(422)
    expect(refused.body.errors).toMatchObject([{ pointer: '/scope_ceiling' }])
    expect(await decision()).toMatchObject({ decision: 'blocked' })
    expect((await decide({ decision: 'approved', scope_ceiling: null })).status).toBe(200) // control
  })

  it('takes no limit by names that nobody knows', async () => {
    const { decide } = await approving()
    expect((await decide({ decision: 'approved', scope_ceiling: ['project:read'] })).status).toBe(422)
    expect((await decide({ decision: 'approved', scope_ceiling: ['projects:read'] })).status).toBe(200) // control
  })

  it('has none for a policy either: leaving the ceiling out does not lift it', async () => {
    const { owner, api } = await approving()
    await owner.call('PUT', `${api}/policy`, { policy: 'open', scope_ceiling: ['projects:read'] })
    expect((await owner.call('PUT', `${api}/policy`, { policy: 'open' })).status).toBe(422)
    expect((await owner.call('GET', `${api}/policy`)).body).toMatchObject({ scope_ceiling: ['projects:read'] })
  })
})

describe('administrators', () => {
  const mailsAbout = async (clientId: string) =>
    (
      await env.DB.prepare('SELECT subject FROM dev_outbox WHERE text LIKE ?')
        .bind(`%${clientId.slice(0, 30)}%`)
        .all()
    ).results

  it('are told once of what an approved app registers later, in the log and by mail', async () => {
    const { owner, api, clientId, decide, change } = await approving()
    await decide({ decision: 'approved', scope_ceiling: ['projects:read'] })
    await change({ scopes: ['projects:read'] })
    expect(await mailsAbout(clientId)).toEqual([]) // control: it gave something up
    await changeByHand(`INSERT OR IGNORE INTO scopes (name, resource, title, description, target)
       VALUES ('projects:share', '/test/api', 'Share projects', 'Share them.', 'organization')`)
    for (const scopes of [
      ['projects:read', 'projects:share'],
      ['projects:read'],
      ['projects:read', 'projects:share'],
    ]) {
      expect((await change({ scopes })).status).toBe(200)
    }
    expect(await mailsAbout(clientId)).toEqual([{ subject: 'Test app asks for more in Acme' }])
    const { results } = await env.DB.prepare(
      "SELECT reason, actor FROM audit_events WHERE client_id = ? AND event = 'app.scopes_waiting'",
    )
      .bind(clientId)
      .all()
    expect(results).toEqual([{ reason: 'projects:share', actor: null }])
    expect((await owner.call('GET', `${api}/apps/${clientId}`)).body).toMatchObject({
      waiting_scopes: ['projects:share'],
    })
  })

  it('read in the log what an approval stops at, and when it ends', async () => {
    const { owner, api, decide } = await approving()
    await decide({ decision: 'approved', scope_ceiling: ['projects:read'], expires_at: 4_000_000_000 })
    const { items } = (await owner.call('GET', `${api}/audit-events?event=app.approved`)).body
    expect(items).toMatchObject([{ limits: { scope_ceiling: ['projects:read'], expires_at: 4_000_000_000 } }])
  })

  it('see what is in effect beside what people consented to, and so do the people', async () => {
    const { world, owner, id, api, clientId, path, decide } = await approving()
    await decide({ decision: 'approved', scope_ceiling: null })
    const sub = await env.DB.prepare('SELECT account_id FROM members WHERE organization_id = ?')
      .bind(world.app.organizationId)
      .first<string>('account_id')
    await changeByHand(
      "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'member', 0)",
      id,
      sub,
    )
    await connect(world.browser, world.integration, {}, { organization: [id] })
    const reaching = async () => (await owner.call('GET', `${api}/apps/${clientId}`)).body as { scopes?: object[] }
    await expect.poll(async () => (await reaching()).scopes?.length, { timeout: 15_000 }).toBe(2)
    expect((await reaching()).scopes).toMatchObject([{ in_effect: true }, { in_effect: true }]) // control

    await decide({ decision: 'approved', scope_ceiling: ['projects:read'] })

    expect((await reaching()).scopes).toMatchObject([
      { name: 'projects:read', in_effect: true },
      { name: 'projects:write', in_effect: false },
    ])
    const granted = (await owner.call('GET', `${api}/apps/${clientId}/grants`)).body.items
    expect(granted).toMatchObject([
      { scopes: ['projects:read', 'projects:write'], scopes_in_effect: ['projects:read'] },
    ])
    expect((await owner.browser.get(path)).html).toMatch(/not in effect: <s>projects:write<\/s>/)
    expect((await world.browser.get('/connections')).html).toContain('it is not in effect: Change projects')
  })
})
