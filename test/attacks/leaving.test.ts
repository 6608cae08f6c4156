import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tool } from '../support/workers/api-token.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'
import { addressOf, count, newOrganization, newPublicApp, newUser, personalOf } from '../support/workers/leaving.ts'
import { createApi, introspectAsApi } from '../support/workers/world.ts'

let owner: Developer
let operator: Developer
beforeAll(async () => {
  await createApi()
  owner = await Developer.signIn()
  operator = await Developer.signIn('operator@example.com')
})

const organization = (id: string) => `/api/v1/organizations/${id}`
const account = (id: string) => `/api/v1/accounts/${id}`
const isThere = async (id: string) => (await owner.call('GET', organization(id))).status === 200

describe('an organization', () => {
  it.each(['member', 'developer', 'admin'] as const)('is not closed by a person with the role %s', async (role) => {
    const { id, slug } = await newOrganization(owner)
    const person = await Developer.signIn()
    await person.join(role, id)
    expect((await person.call('DELETE', organization(id))).status).toBe(403)
    const page = await person.browser.get('/account')
    const formToken = /name="form_token" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const posted = await person.browser.post(`/organizations/${slug}/close`, { form_token: formToken, name: 'Acme' })
    expect(posted.status).toBe(403)
    expect(await isThere(id)).toBe(true)
    expect((await owner.call('DELETE', organization(id))).status).toBe(204) // control
  })

  it('is not closed by a stranger, nor by an access token of its owner', async () => {
    const { id } = await newOrganization(owner)
    const stranger = await Developer.signIn()
    expect((await stranger.call('DELETE', organization(id))).status).toBe(404)
    const tool = await Tool.connect(owner, { scopes: ['organizations:write'], organizations: [id] })
    expect((await tool.call('DELETE', organization(id))).status).toBe(403)
    expect((await tool.call('PATCH', organization(id), { name: 'Acme' })).status).toBe(200) // control
    expect(await isThere(id)).toBe(true)
  })

  it('that runs the service is not closed, nor is a personal one', async () => {
    const person = await Developer.signIn()
    await person.join('owner', 'org_operators')
    for (const id of ['org_operators', await personalOf(person.accountId)]) {
      expect((await person.call('DELETE', organization(id))).status).toBe(409)
    }
    expect(await count("apps WHERE client_id = 'postern-cli' AND deleted_at IS NULL")).toBe(1)
    await changeByHand(
      'DELETE FROM members WHERE account_id = ? AND organization_id = ?',
      person.accountId,
      'org_operators',
    )
  })
})

describe('an account', () => {
  it('is deleted and exported by nobody else, and by no access token', async () => {
    const victim = await Developer.signIn()
    const stranger = await Developer.signIn()
    const tool = await Tool.connect(victim, { scopes: ['grants:write'], organizations: [] })
    for (const [who, status] of [
      [stranger, 404],
      [tool, 403],
    ] as const) {
      expect((await who.call('DELETE', account(victim.accountId))).status).toBe(status)
      expect((await who.call('GET', `${account(victim.accountId)}/export`)).status).toBe(status)
    }
    expect((await stranger.call('POST', `/api/v1/operator/accounts/${victim.accountId}/erasure`, {})).status).toBe(403)
    const foreign = await victim.call('DELETE', account(victim.accountId), undefined, {
      Origin: 'https://evil.example',
    })
    expect(foreign.status).toBe(401)
    expect((await victim.call('GET', `${account(victim.accountId)}/export`)).status).toBe(200) // control
    expect((await victim.call('DELETE', account(victim.accountId))).status).toBe(204) // control
  })

  it('is not deleted by somebody who found a browser signed in an hour ago', async () => {
    const person = await Developer.signIn()
    const signedIn = (seconds: number) =>
      env.DB.prepare('UPDATE sessions SET signed_in_at = unixepoch() - ?2 WHERE account_id = ?1')
        .bind(person.accountId, seconds)
        .run()
    await signedIn(3600)
    const refused = await person.call('DELETE', account(person.accountId))
    expect([refused.status, refused.body.type]).toEqual([403, expect.stringContaining('sign-in-too-old')])
    await signedIn(0)
    expect((await person.call('DELETE', account(person.accountId))).status).toBe(204) // control
  })

  it('that was erased is not brought back by an operator', async () => {
    const person = await Developer.signIn()
    await person.call('DELETE', account(person.accountId))
    expect((await operator.call('DELETE', `/api/v1/operator/accounts/${person.accountId}/suspension`)).status).toBe(409)
    expect((await operator.call('GET', `/api/v1/operator/accounts?q=${person.accountId}`)).body.items).toEqual([])
    expect((await operator.call('POST', `/api/v1/operator/accounts/${person.accountId}/erasure`, {})).status).toBe(404)
  })
})

describe('an operator who erases an account', () => {
  const erase = (id: string, organizations: object[] = []) =>
    operator.call('POST', `/api/v1/operator/accounts/${id}/erasure`, { organizations })

  it('says of each organization without another owner what becomes of it, or nothing happens', async () => {
    const person = await Developer.signIn()
    const heir = await Developer.signIn()
    const stranger = await Developer.signIn()
    const kept = await newOrganization(person, 'Kept')
    const closed = await newOrganization(person, 'Closed')
    const app = await newPublicApp(person, { organization_id: closed.id })
    await heir.join('member', kept.id)
    const user = await newUser(app)
    const closing = { organization_id: closed.id, hand_over_to: null }
    const handingOver = (to: Developer) => ({ organization_id: kept.id, hand_over_to: to.accountId })

    const refused = await erase(person.accountId)
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringMatching(/Closed .*Kept/)])
    expect((await erase(person.accountId, [closing])).status).toBe(409)
    expect((await erase(person.accountId, [closing, handingOver(stranger)])).status).toBe(409)
    // Nothing of a refused one was done, not even a part.
    expect((await person.call('GET', organization(closed.id))).status).toBe(200)
    expect(await introspectAsApi(user.tokens.access_token)).toMatchObject({ active: true })

    expect((await erase(person.accountId, [closing, handingOver(heir)])).status).toBe(204)
    expect((await person.browser.get('/developer')).location).toContain('/sign-in')
    expect(await introspectAsApi(user.tokens.access_token)).toEqual({ active: false })
    const members = (await heir.call('GET', `${organization(kept.id)}/members`)).body.items
    expect(members).toMatchObject([{ account_id: heir.accountId, role: 'owner' }])
  })

  it('does it by a page that lists them first', async () => {
    const person = await Developer.signIn()
    const heir = await Developer.signIn()
    const { id } = await newOrganization(person, 'Handed over')
    await heir.join('member', id)
    const list = await operator.browser.get(`/operator/accounts?q=${person.accountId}`)
    expect(list.html).toContain(`/operator/accounts/${person.accountId}/erase`)
    const page = await operator.browser.get(`/operator/accounts/${person.accountId}/erase`)
    expect(page.html).toContain('Handed over')
    expect(page.html).toContain(`${await addressOf(heir.accountId)} becomes an owner`)
    expect((await operator.browser.submit(page, {})).status).toBe(409)
    const again = await operator.browser.get(`/operator/accounts/${person.accountId}/erase`)
    const done = await operator.browser.submit(again, { [`organization:${id}`]: heir.accountId })
    expect(done.status).toBe(303)
    expect(await addressOf(person.accountId)).toBe(person.accountId)
    expect((await heir.call('GET', organization(id))).body).toMatchObject({ role: 'owner' })
  })

  it('does not erase the account they sign in with', async () => {
    expect((await erase(operator.accountId)).status).toBe(409)
    expect((await operator.call('GET', '/api/v1/operator/accounts')).status).toBe(200) // control
  })
})
