import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { app } from '../../src/app.ts'
import { ACTS, type Act } from '../../src/dashboard/kit/acts.ts'
import type { Page } from '../support/browser.ts'
import { newestCode } from '../support/browser.ts'
import { Tool } from '../support/workers/api-token.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'
import { createApi } from '../support/workers/world.ts'

let owner: Developer
let organizationId: string
let slug: string
let clientId: string
const api = (rest: string) => `/api/v1/organizations/${organizationId}${rest}`
const tokenOf = ({ html }: Page) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

beforeAll(async () => {
  await createApi()
  owner = await Developer.signIn()
  slug = `org-${crypto.randomUUID().slice(0, 8)}`
  organizationId = (await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })).body.id
  clientId = (await owner.registerApp({ organization_id: organizationId, scopes: ['projects:read'] })).client_id
})

describe('an access token', () => {
  const approve = (tool: Tool, id: string) =>
    tool.call('PUT', api(`/decisions/${id}`), { decision: 'approved', scope_ceiling: null })

  it('for organizations:write changes names, and neither members nor decisions nor the policy', async () => {
    const tool = await Tool.connect(owner, { scopes: ['organizations:write'], organizations: [organizationId] })
    expect((await approve(tool, tool.clientId)).status).toBe(403)
    expect((await tool.call('PUT', api('/policy'), { policy: 'open', scope_ceiling: null })).status).toBe(403)
    const invitation = { email: 'mallory@example.com', role: 'owner' }
    expect((await tool.call('POST', api('/invitations'), invitation)).status).toBe(403)
    expect((await tool.call('PATCH', api(''), { name: 'Acme' })).status).toBe(200) // control
  })

  it('makes no owners and administrators, by invitation or by role', async () => {
    const tool = await Tool.connect(owner, { scopes: ['members:write'], organizations: [organizationId] })
    const colleague = await Developer.signIn()
    await colleague.join('member', organizationId)
    for (const role of ['owner', 'admin']) {
      expect((await tool.call('POST', api('/invitations'), { email: 'mallory@example.com', role })).status).toBe(403)
      expect((await tool.call('PATCH', api(`/members/${colleague.accountId}`), { role })).status).toBe(403)
    }
    expect((await tool.call('DELETE', api(`/members/${owner.accountId}`))).status).not.toBe(204)
    const harmless = { email: 'colleague@example.com', role: 'member' }
    expect((await tool.call('POST', api('/invitations'), harmless)).status).toBe(201) // control
    expect((await tool.call('PATCH', api(`/members/${colleague.accountId}`), { role: 'developer' })).status).toBe(200)
  })

  it('of a third-party app cannot even be asked to decide or to change a policy', async () => {
    for (const scope of ['decisions:write', 'policy:write']) {
      const refused = await owner.call('POST', '/api/v1/apps', {
        client_name: 'Tool',
        redirect_uris: ['https://tool.example.com/cb'],
        scopes: [scope],
      })
      expect(refused.status).toBe(422)
    }
  })

  it('of a first-party app decides after a recent sign-in, never about itself', async () => {
    const scopes = ['apps:read']
    const tool = await Tool.connect(owner, { scopes, organizations: [organizationId] })
    await changeByHand(
      `UPDATE apps SET first_party = 1, client_name = 'Ours', scopes = '["decisions:write","policy:write"]' WHERE client_id = ?`,
      tool.clientId,
    )
    const deciding = await tool.reconnect(owner, [organizationId])
    const call = (path: string, body: object) => tool.callWith(deciding, 'PUT', api(path), body)
    const approval = { decision: 'approved', scope_ceiling: null }
    expect((await call(`/decisions/${tool.clientId}`, approval)).status).toBe(403)
    expect((await call(`/decisions/${clientId}`, approval)).status).toBe(200) // control
    expect((await call('/policy', { policy: 'open', scope_ceiling: null })).status).toBe(200)

    await env.DB.prepare('UPDATE sessions SET signed_in_at = signed_in_at - 3600 WHERE account_id = ?')
      .bind(owner.accountId)
      .run()
    await changeByHand("UPDATE scopes SET sensitive = 0 WHERE name IN ('decisions:write', 'policy:write')")
    const old = await tool.reconnect(owner, [organizationId])
    const late = await tool.callWith(old, 'PUT', api(`/decisions/${clientId}`), approval)
    expect([late.status, late.body.type]).toEqual([403, expect.stringContaining('sign-in-too-old')])
    expect((await tool.callWith(old, 'PUT', api('/policy'), { policy: 'open', scope_ceiling: null })).status).toBe(403)
  })
})

describe('consent to a sensitive scope of our own API', () => {
  it('needs a recent sign-in, before the page is shown and when it is answered', async () => {
    const idle = await Developer.signIn()
    const organization = await idle.join('owner')
    const tool = await Tool.connect(idle, { scopes: ['apps:write'], organizations: [organization] }) // control
    const { path } = await tool.integration.begin({ prompt: 'consent' })
    const page = await idle.browser.get(path)
    expect(page.html).toContain('name="consent"')
    const harmless = await Tool.connect(idle, { scopes: ['apps:read'], organizations: [organization] })
    await env.DB.prepare('UPDATE sessions SET signed_in_at = signed_in_at - 3600 WHERE account_id = ?')
      .bind(idle.accountId)
      .run()
    const late = await idle.browser.submit(page, { decision: 'allow', organization })
    expect([late.status, late.location]).toEqual([303, expect.stringContaining('/sign-in?')])
    expect((await idle.browser.get(path)).location).toContain('/sign-in?')
    expect(await harmless.reconnect(idle, [organization])).toBeTruthy() // control: nothing sensitive in it
  })
})

/** Every form of ours, and which act it is; null: it needs nothing, or is no act of the dashboard. */
const FORMS: Record<string, Act | null> = {
  '/authorize': null,
  '/sign-in': null,
  '/sign-in/code': null,
  '/sign-out': null,
  '/sign-out-everywhere': null,
  '/account/delete': 'deleteAccount',
  '/developer/try/:client_id': null,
  '/developer/apps/new/:kind': 'registerApp',
  '/developer/apps/:client_id/settings': 'changeApp: redirect URIs',
  '/developer/apps/:client_id/delete': 'deleteApp',
  '/developer/apps/:client_id/secrets': 'createSecret',
  '/developer/apps/:client_id/secrets/:id/delete': 'deleteSecret',
  '/developer/apps/:client_id/publisher': 'verifyPublisher',
  '/developer/apps/:client_id/visibility': 'changeApp',
  '/connections/apps/:client_id': 'disconnectApp',
  '/connections/:grant_id/end': 'revokeGrant',
  '/connections/:grant_id': 'narrowGrant',
  '/organizations': 'createOrganization',
  '/organizations/:slug/close': 'closeOrganization',
  '/organizations/:slug/members/:account_id': 'changeRole',
  '/organizations/:slug/members/:account_id/remove': 'removeMember',
  '/organizations/:slug/apps/:client_id': 'decide',
  '/organizations/:slug/policy': 'changePolicy',
  '/organizations/:slug/invitations': 'invite: administrators',
  '/organizations/:slug/invitations/:invitation_id/withdraw': 'withdrawInvitation',
  '/invitations/:token': null,
  '/organizations/:slug/requests/new': null,
  '/organizations/:slug/requests/:request_id': 'decideAccessRequest',
  '/organizations/:slug/webhooks/new': 'createWebhook',
  '/organizations/:slug/webhooks/:webhook_id/change': 'changeWebhook',
  '/organizations/:slug/webhooks/:webhook_id/secret': 'createWebhookSecret',
  '/organizations/:slug/webhooks/:webhook_id/challenge': 'challengeWebhook',
  '/organizations/:slug/webhooks/:webhook_id/delete': 'deleteWebhook',
  '/organizations/:slug/webhooks/:webhook_id/deliveries/:event_id/resend': 'resendWebhookDelivery',
}
const OF_MACHINES = /^\/(api|token|revoke|introspect|demo)(\/|$)/
const OF_OPERATORS = /^\/operator\//

describe('a form', () => {
  it('is known here, every one of them', () => {
    const posted = app.routes.filter(({ method }) => method === 'POST').map(({ path }) => path)
    const forms = [...new Set(posted)].filter((path) => !OF_MACHINES.test(path) && !OF_OPERATORS.test(path))
    expect(forms.sort()).toEqual(Object.keys(FORMS).sort())
  })

  const IDLE = { client_name: 'Idle app', scopes: ['projects:read'] }

  /** What each form needs, of one organization with one of everything. */
  async function standing() {
    const idle = await Developer.signIn()
    const name = `org-${crypto.randomUUID().slice(0, 8)}`
    const { id } = (await idle.call('POST', '/api/v1/organizations', { name: 'Idle', slug: name })).body
    const registered = await idle.registerApp({ ...IDLE, organization_id: id })
    const secrets = (await idle.call('GET', `/api/v1/apps/${registered.client_id}/secrets`)).body.items
    const hook = await idle.call('POST', `/api/v1/organizations/${id}/webhooks`, { url: 'https://siem.example.com/' })
    const colleague = await Developer.signIn()
    await colleague.join('member', id)
    await (await Developer.signIn()).join('owner', id)
    const requestId = crypto.randomUUID()
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO access_requests (id, organization_id, client_id, account_id, reason, created_at)
         VALUES (?, ?, ?, ?, 'Please.', 0)`,
      ).bind(requestId, id, registered.client_id, colleague.accountId),
      env.DB.prepare('UPDATE sessions SET signed_in_at = signed_in_at - 3600 WHERE account_id = ?').bind(
        idle.accountId,
      ),
    ])
    const parameters: Record<string, string> = {
      slug: name,
      client_id: registered.client_id,
      id: secrets[0]?.id ?? '',
      account_id: colleague.accountId,
      request_id: requestId,
      webhook_id: hook.body.id,
    }
    return { idle, id, parameters }
  }

  const FIELDS: Partial<Record<Act, Record<string, string>>> = {
    'changeApp: redirect URIs': {
      client_name: 'Idle app',
      version: '1',
      redirect_uris: 'https://elsewhere.example/callback',
      refresh_token: 'on',
      'scope:projects:read': 'required',
    },
    createSecret: { name: 'Second' },
    closeOrganization: { name: 'Idle' },
    changeRole: { role: 'developer' },
    decide: { decision: 'blocked' },
    changePolicy: { policy: 'approved', ceiling: 'none', confirm: 'yes' },
    'invite: administrators': { email: 'mallory@example.com', role: 'owner' },
    decideAccessRequest: { decision: 'approved', limit: 'none' },
    createWebhook: { url: 'https://elsewhere.example/', all: 'on' },
    changeWebhook: { url: 'https://elsewhere.example/', all: 'on' },
  }
  const GUARDED = Object.entries(FORMS).filter(([, act]) => act && 'recent' in ACTS[act])

  it.each(GUARDED)('%s is not obeyed an hour after the sign-in, and not lost either', async (route, act) => {
    const { idle, parameters } = await standing()
    const path = route.replaceAll(/:(\w+)/g, (_, name) => parameters[name] ?? '')
    const fields = { form_token: tokenOf(await idle.browser.get('/account')), ...FIELDS[act as Act] }
    const before = await snapshot()
    const refused = await idle.browser.post(path, fields)
    expect([refused.status, refused.location]).toEqual([303, expect.stringContaining('/sign-in?')])
    expect(await snapshot()).toEqual(before)

    const returnTo = new URL(refused.location ?? '', 'http://localhost:8787').searchParams.get('return_to') ?? ''
    const email = await env.DB.prepare('SELECT email FROM accounts WHERE id = ?').bind(idle.accountId).first('email')
    const confirming = await idle.browser.get(refused.location ?? '')
    expect(confirming.html).toContain('Confirm that it is you')
    expect(confirming.html).toContain(`value="${email}"`)
    const again = await idle.browser.submit(confirming, { email: String(email) })
    await idle.browser.submit(await idle.browser.follow(again), { code: await newestCode(idle.browser, String(email)) })
    const kept = await idle.browser.get(returnTo)
    for (const value of Object.values(FIELDS[act as Act] ?? {})) expect(kept.html).toContain(value)
    expect((await owner.browser.get(returnTo)).status).toBe(404) // for its own person only
    const done = await idle.browser.submit(kept, {})
    expect(done.status).toBeLessThan(400)
    expect(done.location ?? '').not.toContain('/sign-in')
    expect(await snapshot()).not.toEqual(before) // control: now it is obeyed
  })

  /** Everything that such a form could change, as far as a number tells. */
  async function snapshot() {
    return env.DB.prepare(
      `SELECT (SELECT count(*) FROM audit_events) AS events, (SELECT count(*) FROM app_secrets) AS secrets,
              (SELECT count(*) FROM webhooks) AS webhooks, (SELECT count(*) FROM invitations) AS invitations,
              (SELECT count(*) FROM members) AS members, (SELECT count(*) FROM app_decisions) AS decisions,
              (SELECT sum(version) FROM apps) AS apps,
              (SELECT count(*) FROM audit_events WHERE event LIKE 'session%') AS sessions`,
    )
      .first<Record<string, number>>()
      .then((row) => ({ ...row, events: (row?.events ?? 0) - (row?.sessions ?? 0), sessions: 0 }))
  }
})
