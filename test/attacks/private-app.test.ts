import { describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, introspectAsApi, SETTINGS } from '../support/workers/world.ts'

const ONLY_PROJECTS = { ...SETTINGS, scopes: ['projects:read'], optional_scopes: [] }

/** A private app of one organization, and somebody who is a member there and in a company with the policy `open`. */
async function memberOfBoth() {
  const world = await createWorld(ONLY_PROJECTS)
  const company = await Developer.signIn()
  const slug = `org-${crypto.randomUUID().slice(0, 8)}`
  const { id } = (await company.call('POST', '/api/v1/organizations', { name: 'Company', slug })).body
  const victim = await Developer.signIn()
  await victim.join('member', id)
  await victim.join('member', world.app.organizationId)
  const path = `/api/v1/organizations/${id}/decisions/${world.app.clientId}`
  return { world, company, victim, id, slug, path }
}

describe('a private app of strangers', () => {
  it('reaches an open organization by no member, but by its own approval', async () => {
    const { world, company, victim, id, slug, path } = await memberOfBoth()
    const { path: authorization } = await world.integration.begin()
    const page = await victim.browser.get(authorization)
    const forged = await victim.browser.submit(page, { decision: 'allow', organization: [id] })
    expect(forged.html).toContain('does not allow this app')
    await expect(connect(victim.browser, world.integration, {}, { organization: [id] })).rejects.toThrow()

    const form = await victim.browser.get(`/organizations/${slug}/requests/new?client_id=${world.app.clientId}`)
    expect((await victim.browser.submit(form, { reason: 'We need it.' })).status).toBe(303)
    const approved = await company.call('PUT', path, { decision: 'approved', scope_ceiling: null })
    expect(approved.status).toBe(200)
    const tokens = await connect(victim.browser, world.integration, {}, { organization: [id] })
    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([id]) // control
  })

  it('loses the organizations of others when it was public before', async () => {
    const { world, victim, id } = await memberOfBoth()
    await makePublic(world.app.clientId)
    const tokens = await connect(victim.browser, world.integration, {}, { organization: [id] })
    expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([id]) // control
    const closed = await world.browser.fetch(`/api/v1/apps/${world.app.clientId}`, {
      method: 'PATCH',
      headers: { Origin: world.browser.origin, 'Content-Type': 'application/json' },
      body: JSON.stringify({ visibility: 'private' }),
    })
    expect(closed.status).toBe(200)
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
    await makePublic(world.app.clientId)
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false }) // nothing comes back silently
  })

  it('shows nothing of itself to an administrator who decides about its client_id', async () => {
    const { world, company, path, id } = await memberOfBoth()
    for (const body of [{ decision: 'blocked' }, { decision: 'approved', scope_ceiling: null }]) {
      expect((await company.call('PUT', path, body)).status).toBe(404)
    }
    const unknown = path.replace(world.app.clientId, 'app_0000000000000000000000')
    const answers = [
      await company.call('PUT', unknown, { decision: 'blocked' }),
      await company.call('PUT', path, { decision: 'blocked' }),
    ]
    expect(answers.map(({ status, body }) => [status, body.detail])).toEqual([
      [404, answers[0]?.body.detail],
      [404, answers[0]?.body.detail],
    ])
    expect((await company.call('GET', `/api/v1/organizations/${id}/apps`)).body.items).toEqual([])

    await makePublic(world.app.clientId)
    expect((await company.call('PUT', path, { decision: 'blocked' })).status).toBe(200) // control
  })
})

describe("an organization's own private app", () => {
  it('passes where publishers have to be verified, and is not called unverified', async () => {
    const world = await createWorld(ONLY_PROJECTS)
    const owner = await Developer.signIn()
    const slug = `org-${crypto.randomUUID().slice(0, 8)}`
    const { id } = (await owner.call('POST', '/api/v1/organizations', { name: 'Company', slug })).body
    await changeByHand('UPDATE apps SET organization_id = ? WHERE client_id = ?', id, world.app.clientId)
    const stranger = await createWorld(ONLY_PROJECTS)
    await makePublic(stranger.app.clientId)
    const own = await connect(owner.browser, world.integration, {}, { organization: [id] })
    const foreign = await connect(owner.browser, stranger.integration, {}, { organization: [id] })

    await owner.call('PUT', `/api/v1/organizations/${id}/policy`, { policy: 'verified', scope_ceiling: null })

    expect(await introspectAsApi(own.access_token)).toMatchObject({ active: true, organizations: [id] })
    expect(await introspectAsApi(foreign.access_token)).toEqual({ active: false }) // control
    const page = async () => (await owner.browser.get(`/organizations/${slug}`)).html
    await expect.poll(page, { timeout: 15_000 }).toContain('An app of this organization')

    await owner.call('PUT', `/api/v1/organizations/${id}/policy`, { policy: 'approved', scope_ceiling: null })
    expect(await introspectAsApi(own.access_token)).toEqual({ active: false }) // whoever may register apps does not approve them
  })
})
