import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { refreshWith } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import {
  addressOf,
  count,
  jobFinished,
  newOrganization,
  newPublicApp,
  newUser,
  personalOf,
} from '../support/workers/leaving.ts'
import { createApi, introspectAsApi } from '../support/workers/world.ts'

let owner: Developer
let stranger: Developer
beforeAll(async () => {
  await createApi()
  owner = await Developer.signIn()
  stranger = await Developer.signIn()
})

const close = (organizationId: string, who = owner) => who.call('DELETE', `/api/v1/organizations/${organizationId}`)
/** As an API that verifies offline sees it: by the token's own place in the status lists. */
const isInvalid = async (accessToken: string) => {
  const { status } = readToken(accessToken).claims as { status: { status_list: { idx: number } } }
  const sql = 'SELECT invalid_at FROM token_statuses WHERE id = ?'
  return (await env.DB.prepare(sql).bind(status.status_list.idx).first('invalid_at')) !== null
}
const organizationsOf = (accessToken = '') => readToken(accessToken).claims.organizations

/** An organization with an app that a stranger uses, and a member who let somebody else's app in. */
async function standing() {
  const { id, slug } = await newOrganization(owner)
  const own = await newPublicApp(owner, { organization_id: id })
  const others = await newPublicApp(stranger)
  const member = await Developer.signIn()
  await member.join('member', id)
  const user = await newUser(own)
  const both = await newUser(others, member, [id, await personalOf(member.accountId)])
  const elsewhere = await newUser(others)
  for (const { accountId } of [member, user.user, elsewhere.user]) {
    await runDurableObjectAlarm(env.GRANT_LEDGER.getByName(accountId))
  }
  return { id, slug, own, others, member, user, both, elsewhere }
}

describe('closing an organization', () => {
  it('ends its apps for everybody, and the access of other apps to it alone', async () => {
    const { id, own, others, member, user, both, elsewhere } = await standing()
    expect(organizationsOf(both.tokens.access_token)).toContain(id) // control
    expect(await introspectAsApi(user.tokens.access_token)).toMatchObject({ active: true }) // control

    expect(await isInvalid(user.tokens.access_token)).toBe(false) // control

    expect((await close(id)).status).toBe(204)

    expect(await isInvalid(user.tokens.access_token)).toBe(true)
    expect(await isInvalid(both.tokens.access_token)).toBe(true)
    expect(await isInvalid(elsewhere.tokens.access_token)).toBe(false) // control
    const personal = await personalOf(member.accountId)
    expect(await introspectAsApi(user.tokens.access_token)).toEqual({ active: false })
    expect((await refreshWith(user.tokens.refresh_token, own.app)).status).toBe(401)
    const { path } = await own.integration.begin({ prompt: 'consent' })
    expect((await user.user.browser.get(path)).status).toBe(400)
    expect((await introspectAsApi(both.tokens.access_token)).organizations).toEqual([personal])
    const refreshed = await refreshWith(both.tokens.refresh_token, others.app)
    expect([refreshed.status, organizationsOf(refreshed.access_token)]).toEqual([200, [personal]])
    expect(await introspectAsApi(elsewhere.tokens.access_token)).toMatchObject({ active: true }) // control
    expect((await refreshWith(elsewhere.tokens.refresh_token, others.app)).status).toBe(200) // control
    for (const who of [owner, member]) {
      expect((await who.call('GET', `/api/v1/organizations/${id}`)).status).toBe(404)
    }
  })

  it('finishes behind itself: ledgers, views, decisions, invitations and webhooks', async () => {
    const { id, own, others, member, user } = await standing()
    const api = `/api/v1/organizations/${id}`
    await owner.call('POST', `${api}/webhooks`, { url: 'https://siem.example.com/' })
    await owner.call('PUT', `${api}/decisions/${others.app.clientId}`, { decision: 'approved', scope_ceiling: null })
    await owner.call('POST', `${api}/invitations`, { email: 'late@example.com', role: 'member' })
    const tables = ['members', 'app_decisions', 'invitations', 'webhooks', 'organization_grants', 'organization_apps']
    const left = async () => Promise.all(tables.map((table) => count(`${table} WHERE organization_id = ?`, id)))
    expect(await left()).not.toContain(0) // control

    await close(id)
    await jobFinished(id)

    expect(await left()).toEqual(tables.map(() => 0))
    expect(await count('webhook_deliveries WHERE webhook_id NOT IN (SELECT id FROM webhooks)')).toBe(0)
    const grants = (await member.call('GET', '/api/v1/grants')).body.items as unknown as { organizations: string[] }[]
    expect(grants.map(({ organizations }) => organizations)).toEqual([[await personalOf(member.accountId)]])
    const ended = "grant_index WHERE client_id = ? AND account_id = ? AND state = 'revoked'"
    await expect.poll(() => count(ended, own.app.clientId, user.user.accountId), { timeout: 10_000 }).toBe(1)
    const views = async () => (await env.GRANTS.list({ prefix: `org-grant:${id}` })).keys
    await expect.poll(views, { timeout: 10_000 }).toEqual([])
    expect(await count("audit_events WHERE organization_id = ? AND event = 'organization.closed'", id)).toBe(1)
  })

  it('says first what follows, and takes the typed name for a yes', async () => {
    const { id, slug } = await standing()
    const page = await owner.browser.get(`/organizations/${slug}/close`)
    expect((await owner.browser.get(`/organizations/${slug}`)).html).toContain(`/organizations/${slug}/close`)
    expect(page.html).toContain('2 members')
    expect(page.html).toContain('1 person loses it')
    expect(page.html).toContain('1 app of others loses access to it: 1 grant of 1 person')

    const wrong = await owner.browser.submit(page, { name: 'acme inc' })
    expect([wrong.status, wrong.html]).toEqual([422, expect.stringContaining('This is not its name')])
    expect((await owner.call('GET', `/api/v1/organizations/${id}`)).status).toBe(200)
    const right = await owner.browser.submit(page, { name: 'Acme' })
    expect([right.status, right.location]).toEqual([303, expect.stringMatching(/\/organizations$/)])
    expect((await owner.call('GET', `/api/v1/organizations/${id}`)).status).toBe(404)
  })

  it('leaves its invitations worth nothing, and nobody joins it any more', async () => {
    const { id } = await newOrganization(owner)
    const invited = await Developer.signIn()
    const invitation = { email: await addressOf(invited.accountId), role: 'member' }
    await owner.call('POST', `/api/v1/organizations/${id}/invitations`, invitation)
    const mail = await env.DB.prepare('SELECT text FROM dev_outbox WHERE "to" = ? ORDER BY id DESC')
      .bind(invitation.email)
      .first<string>('text')
    const link = /\/invitations\/[\w-]+/.exec(mail ?? '')?.[0] ?? ''
    const page = await invited.browser.get(link)
    expect(page.status).toBe(200) // control
    await close(id)
    expect((await invited.browser.submit(page, {})).status).toBeGreaterThanOrEqual(400)
    expect(await count('members WHERE organization_id = ?', id)).toBe(0)
  })

  it('is for good: no operator lets it go on, and its slug stays taken', async () => {
    const operator = await Developer.signIn('operator@example.com')
    const { id, slug } = await newOrganization(owner)
    await close(id)
    expect((await operator.call('DELETE', `/api/v1/operator/organizations/${id}/suspension`)).status).toBe(409)
    expect((await operator.call('GET', `/api/v1/operator/organizations?q=${id}`)).body.items).toEqual([])
    expect((await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })).status).toBe(422)
    expect((await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug: `${slug}-2` })).status).toBe(201) // control
  })
})
