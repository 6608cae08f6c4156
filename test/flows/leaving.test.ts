import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Tool } from '../support/workers/api-token.ts'
import { exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { readToken } from '../support/workers/forge.ts'
import {
  addressOf,
  count,
  deleteByPage,
  jobFinished,
  newOrganization,
  newPublicApp,
  newUser,
  personalOf,
  viewsOf,
} from '../support/workers/leaving.ts'
import { createApi, introspectAsApi } from '../support/workers/world.ts'

let developer: Developer
beforeAll(async () => {
  await createApi()
  developer = await Developer.signIn()
})

const isInvalid = (grantId: unknown) =>
  count('token_statuses WHERE grant_id = ? AND invalid_at IS NULL', String(grantId)).then((living) => living === 0)

describe('whoever deletes the account', () => {
  it('leaves nothing that works at the next request, and other people notice nothing', async () => {
    const published = await newPublicApp(developer)
    const leaving = await newUser(published)
    const waiting = await obtainCode(leaving.user.browser, published.integration, { prompt: 'consent' })
    const tool = await Tool.connect(leaving.user, { scopes: ['grants:read'], organizations: [] })
    const staying = await newUser(published)
    const { accountId } = leaving.user
    expect(await introspectAsApi(leaving.tokens.access_token)).toMatchObject({ active: true }) // control
    expect((await tool.call('GET', '/api/v1/grants')).status).toBe(200) // control

    const answer = await deleteByPage(leaving.user)

    expect([answer.status, answer.location]).toEqual([303, expect.stringMatching(/\/account\/deleted$/)])
    expect((await leaving.user.browser.follow(answer)).html).toContain('Your account is deleted')
    const refused = await refreshWith(leaving.tokens.refresh_token, published.app)
    expect(refused).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await exchangeWith(waiting, published.app)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await introspectAsApi(leaving.tokens.access_token)).toEqual({ active: false })
    expect((await tool.call('GET', '/api/v1/grants')).status).toBe(401)
    expect((await leaving.user.browser.get('/connections')).location).toContain('/sign-in')
    expect(await isInvalid(readToken(leaving.tokens.access_token).claims.grant_id)).toBe(true) // for status lists

    expect(await introspectAsApi(staying.tokens.access_token)).toMatchObject({ active: true }) // control
    expect((await refreshWith(staying.tokens.refresh_token, published.app)).status).toBe(200) // control

    await jobFinished(await personalOf(accountId))
    await runDurableObjectAlarm(env.GRANT_LEDGER.getByName(staying.user.accountId))
    expect(await viewsOf(accountId)).toEqual([])
    expect(await count('grant_index WHERE account_id = ?', accountId)).toBe(0)
    expect(await viewsOf(staying.user.accountId)).not.toEqual([]) // control
    expect(await count("grant_index WHERE account_id = ? AND state = 'active'", staying.user.accountId)).toBe(1)
  })

  it('is a stranger when the same address signs in again, and nothing comes back', async () => {
    const published = await newPublicApp(developer)
    const { user, tokens } = await newUser(published)
    const email = await addressOf(user.accountId)
    const { id: organizationId } = await newOrganization(developer)
    await user.join('member', organizationId)
    await deleteByPage(user)

    const again = await Developer.signIn(email)

    expect(again.accountId).not.toBe(user.accountId)
    expect((await again.call('GET', '/api/v1/grants')).body.items).toEqual([])
    const organizations = (await again.call('GET', '/api/v1/organizations')).body.items
    expect(organizations.map(({ id }) => id)).toEqual([await personalOf(again.accountId)])
    const { path } = await published.integration.begin()
    expect((await again.browser.get(path)).html).toContain('name="consent"') // asked anew
    const { tokens: fresh } = await newUser(published, again)
    expect(readToken(fresh.access_token).claims.sub).toBe(again.accountId)
    expect(await introspectAsApi(fresh.access_token)).toMatchObject({ active: true }) // control
    expect(await refreshWith(tokens.refresh_token, published.app)).toMatchObject({ error: 'invalid_grant' })
    expect(await introspectAsApi(tokens.access_token)).toEqual({ active: false })
  })

  it('is named nowhere any more, but by the id in the logs', async () => {
    const { id: organizationId } = await newOrganization(developer)
    const email = `gone-${crypto.randomUUID()}@example.com`
    const invitation = { email, role: 'member' }
    await developer.call('POST', `/api/v1/organizations/${organizationId}/invitations`, invitation)
    const user = await Developer.signIn(email)
    await user.join('admin', organizationId)
    const contact = await user.registerApp({ contacts: [email] })
    await user.call('POST', `/api/v1/organizations/${organizationId}/invitations`, {
      email: 'x@example.com',
      role: 'member',
    })
    const personal = await personalOf(user.accountId)
    expect(await placesOf(email)).not.toEqual([]) // control

    await deleteByPage(user)
    await jobFinished(personal)

    expect(await placesOf(email)).toEqual([])
    expect(await count("audit_events WHERE account_id = ? AND event = 'account.erased'", user.accountId)).toBe(1)
    const left = "organization_events WHERE organization_id = ? AND account_id = ? AND event = 'member.left'"
    expect(await count(left, organizationId, user.accountId)).toBe(1)
    expect(await count('apps WHERE client_id = ? AND deleted_at IS NOT NULL', contact.client_id)).toBe(1)
    const log = await developer.browser.get(`/organizations/${await slugOf(organizationId)}/audit`)
    expect(log.html).toContain(user.accountId)
    expect(log.html).not.toContain(email)
  })

  it('takes the personal organization along, whose apps stop for everybody', async () => {
    const leaving = await Developer.signIn()
    const own = await newPublicApp(leaving)
    const others = await newPublicApp(developer)
    const user = await newUser(own)
    const other = await newUser(others, user.user)
    await runDurableObjectAlarm(env.GRANT_LEDGER.getByName(user.user.accountId))
    const page = await leaving.browser.get('/account/delete')
    await deleteByPage(leaving)

    expect(page.html).toContain('1 person uses')
    expect(await introspectAsApi(user.tokens.access_token)).toEqual({ active: false })
    expect((await refreshWith(user.tokens.refresh_token, own.app)).status).toBe(401)
    const { path } = await own.integration.begin({ prompt: 'consent' })
    expect((await user.user.browser.get(path)).status).toBe(400)
    expect(await introspectAsApi(other.tokens.access_token)).toMatchObject({ active: true }) // control

    await jobFinished(await personalOf(leaving.accountId))
    const index = "grant_index WHERE client_id = ? AND state = 'active'"
    await expect.poll(() => count(index, own.app.clientId), { timeout: 10_000 }).toBe(0)
    await expect
      .poll(() => viewsOf(user.user.accountId), { timeout: 10_000 })
      .not.toContainEqual(expect.stringContaining(String(readToken(user.tokens.access_token).claims.grant_id)))
    expect(await introspectAsApi(other.tokens.access_token)).toMatchObject({ active: true }) // control
  })

  it('reads first what follows, in numbers', async () => {
    const user = await Developer.signIn()
    await newUser(await newPublicApp(developer), user)
    await newUser(await newPublicApp(developer), user)
    const { id } = await newOrganization(developer, 'Globex')
    await user.join('developer', id)
    const { html } = await user.browser.get('/account/delete')
    expect(html).toContain('2 connected apps lose')
    expect(html).toContain('leaves 1 organization: Globex')
    expect((await user.browser.get('/account')).html).toContain('href="/account/delete"')
  })

  it('is told the same when the button was clicked twice', async () => {
    const user = await Developer.signIn()
    const page = await user.browser.get('/account/delete')
    const cookies = user.browser.cookieHeader()
    const first = await user.browser.submit(page, {})
    for (const pair of cookies.split('; ')) {
      const [name = '', value = ''] = pair.split('=')
      user.browser.setCookie(name, value) // the second click left before the answer to the first
    }
    const second = await user.browser.submit(page, {})
    expect([second.status, second.location]).toEqual([first.status, first.location])
    expect(await count("audit_events WHERE account_id = ? AND event = 'account.erased'", user.accountId)).toBe(1)
  })
})

describe('the last owner of an organization', () => {
  it('is asked to hand it over or to close it, and can leave after that', async () => {
    const owner = await Developer.signIn()
    const colleague = await Developer.signIn()
    const kept = await newOrganization(owner, 'Kept')
    const closed = await newOrganization(owner, 'Closed')
    await colleague.join('member', kept.id)

    const page = await owner.browser.get('/account/delete')
    for (const { slug } of [kept, closed]) expect(page.html).toContain(`/organizations/${slug}/close`)
    expect(page.html).not.toContain('Delete it for good')
    const refused = await owner.call('DELETE', `/api/v1/accounts/${owner.accountId}`)
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('Kept')])
    expect((await owner.call('GET', '/api/v1/organizations')).status).toBe(200) // nothing ended

    await owner.call('PATCH', `/api/v1/organizations/${kept.id}/members/${colleague.accountId}`, { role: 'owner' })
    expect((await owner.call('DELETE', `/api/v1/organizations/${closed.id}`)).status).toBe(204)
    expect((await owner.call('DELETE', `/api/v1/accounts/${owner.accountId}`)).status).toBe(204)
    const members = (await colleague.call('GET', `/api/v1/organizations/${kept.id}/members`)).body.items
    expect(members).toMatchObject([{ account_id: colleague.accountId, role: 'owner' }])
  })
})

async function slugOf(organizationId: string): Promise<string> {
  return String(await env.DB.prepare('SELECT slug FROM organizations WHERE id = ?').bind(organizationId).first('slug'))
}

/** Every column of every table that holds the text; mails that left are in somebody's mailbox, and not ours. */
async function placesOf(text: string): Promise<string[]> {
  const tables = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL").all<{
    name: string
  }>()
  const places: string[] = []
  for (const { name } of tables.results.filter((table) => !/^_cf|^dev_outbox$/.test(table.name))) {
    const { results } = await env.DB.prepare(`SELECT * FROM ${name}`).all()
    for (const row of results) {
      for (const [column, value] of Object.entries(row)) {
        if (typeof value === 'string' && value.includes(text)) places.push(`${name}.${column}`)
      }
    }
  }
  return places
}

describe('what began before the end and writes after it', () => {
  it('signs nobody in, and makes nobody a member', async () => {
    const person = await Developer.signIn()
    const control = await Developer.signIn()
    const { id } = await newOrganization(developer)
    await person.call('DELETE', `/api/v1/accounts/${person.accountId}`)
    const signIn = async (accountId: string) => {
      const insert = `INSERT INTO sessions (id_hash, account_id, signed_in_at, method, last_seen_at, expires_at)
                      VALUES (?, ?, 0, 'email_code', 0, 1)`
      await env.DB.prepare(insert).bind(crypto.randomUUID(), accountId).run()
      return count('sessions WHERE account_id = ? AND expires_at = 1', accountId)
    }
    expect(await signIn(person.accountId)).toBe(0)
    await expect(person.join('member', id)).rejects.toThrow('has ended')
    expect(await signIn(control.accountId)).toBe(1)
    await control.join('member', id)
  })
})
