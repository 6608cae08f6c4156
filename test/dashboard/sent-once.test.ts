import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { app } from '../../src/app.ts'
import type { Page } from '../support/browser.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { Developer } from '../support/workers/developer.ts'
import { createApi } from '../support/workers/world.ts'

/** Forms whose second submit would make another thing, or find the first gone: their pages carry `once`. */
const ONCE = [
  '/organizations',
  '/organizations/:slug/members/:account_id',
  '/organizations/:slug/members/:account_id/remove',
  '/organizations/:slug/policy',
  '/organizations/:slug/apps/:client_id',
  '/organizations/:slug/invitations',
  '/organizations/:slug/invitations/:invitation_id/withdraw',
  '/invitations/:token',
  '/organizations/:slug/requests/new',
  '/organizations/:slug/requests/:request_id',
  '/organizations/:slug/webhooks/new',
  '/organizations/:slug/webhooks/:webhook_id/change',
  '/organizations/:slug/webhooks/:webhook_id/secret',
  '/organizations/:slug/webhooks/:webhook_id/challenge',
  '/organizations/:slug/webhooks/:webhook_id/delete',
  '/organizations/:slug/webhooks/:webhook_id/deliveries/:event_id/resend',
  '/developer/apps/new/:kind',
  '/developer/apps/:client_id/settings',
  '/developer/apps/:client_id/delete',
  '/developer/apps/:client_id/secrets',
  '/developer/apps/:client_id/secrets/:id/delete',
  '/developer/try/:client_id',
  '/connections/apps/:client_id',
  '/connections/:grant_id/end',
  '/connections/:grant_id',
  '/operator/catalog/resources/new',
  '/operator/catalog/resources/edit',
  '/operator/catalog/resources/credentials',
  '/operator/catalog/scopes/new',
  '/operator/catalog/scopes/:name',
  '/operator/catalog/scopes/:name/delete',
  '/operator/keys/:kid/rotate',
  '/operator/keys/:kid/withdraw',
  '/account/delete',
  '/operator/accounts/:account_id/erase',
  '/organizations/:slug/close',
  '/operator/accounts/:id/suspend',
  '/operator/accounts/:id/resume',
  '/operator/apps/:id/suspend',
  '/operator/apps/:id/resume',
  '/operator/organizations/:id/suspend',
  '/operator/organizations/:id/resume',
]
/** Why the others may act twice. */
const AGAIN: Record<string, string> = {
  '/authorize': 'answers once by the handle of its own page',
  '/sign-in': 'has no session yet',
  '/sign-in/code': 'has no session yet',
  '/sign-out': 'there is nothing left to end',
  '/sign-out-everywhere': 'there is nothing left to end',
  '/developer/apps/:client_id/publisher': 'looks again',
  '/developer/apps/:client_id/visibility': 'sets the same again',
}

it('knows of every form of ours whether a second submit of it may act', () => {
  const posted = app.routes.filter(({ method, path }) => method === 'POST' && !path.startsWith('/api/'))
  expect([...new Set(posted.map(({ path }) => path))].sort()).toEqual([...ONCE, ...Object.keys(AGAIN)].sort())
})

let developer: Developer
beforeAll(async () => {
  await createApi()
  developer = await Developer.signIn()
})

/** The form of a page that is sent to an address. */
function formOf(page: Page, action: string): Page {
  const at = page.html.indexOf(`action="${action}"`)
  if (at < 0) throw new Error(`${page.url} has no form for ${action}`)
  return { ...page, html: page.html.slice(page.html.lastIndexOf('<form', at)) }
}

/** Sends it twice; the second one must read what the first one did. */
async function sendTwice(page: Page, fields: Record<string, string>): Promise<Page> {
  const first = await developer.browser.submit(page, fields)
  const second = await developer.browser.submit(page, fields)
  expect([second.status, second.location, second.html]).toEqual([first.status, first.location, first.html])
  expect(first.status).toBeLessThan(400)
  return first
}

it('does not tell a person who clicked twice that what they just made is taken, changed or gone', async () => {
  const { browser } = developer
  const slug = 'twice'
  await sendTwice(await browser.get('/organizations'), { name: 'Twice', slug })
  const base = `/organizations/${slug}`
  await sendTwice(formOf(await browser.get(base), `${base}/invitations`), {
    email: 'twice@example.com',
    role: 'member',
  })
  const invitation = await env.DB.prepare("SELECT id FROM invitations WHERE email = 'twice@example.com'").first('id')
  await sendTwice(formOf(await browser.get(base), `${base}/invitations/${invitation}/withdraw`), {})

  const { client_id } = await developer.registerApp({ client_name: 'Clicked twice' })
  const app = `/developer/apps/${client_id}`
  const redirect_uris = 'https://app.example.com/callback'
  await sendTwice(await browser.get(`${app}/settings`), { client_name: 'Clicked thrice', redirect_uris })
  await sendTwice(formOf(await browser.get(`${app}/secrets`), `${app}/secrets`), { name: 'Second' })
  const secret = await env.DB.prepare("SELECT id FROM app_secrets WHERE client_id = ? AND name = 'Second'")
    .bind(client_id)
    .first('id')
  await sendTwice(await browser.get(`${app}/secrets/${secret}/delete`), {})
  await sendTwice(await browser.get(`${app}/delete`), {})
  expect((await browser.get(app)).status).toBe(404) // control: it was done
})

it('decides once for an administrator who clicked twice, and begins one run for a developer who did', async () => {
  const { browser } = developer
  const organizationId = await developer.join('owner')
  await changeByHand("UPDATE organizations SET slug = 'decides-once' WHERE id = ?", organizationId)
  const { client_id } = await developer.registerApp({ organization_id: organizationId, scopes: ['projects:read'] })
  const decisions = () =>
    env.DB.prepare("SELECT count(*) FROM audit_events WHERE client_id = ? AND event = 'app.blocked'")
      .bind(client_id)
      .first('count(*)')

  const decided = { decision: 'approved', scope_ceiling: null }
  await developer.call('PUT', `/api/v1/organizations/${organizationId}/decisions/${client_id}`, decided)

  const path = `/organizations/decides-once/apps/${client_id}`
  await sendTwice(formOf(await browser.get(path), path), { decision: 'blocked' })
  expect(await decisions()).toBe(1)
  await sendTwice(formOf(await browser.get(path), path), { decision: 'blocked' })
  expect(await decisions()).toBe(2) // control: the next page decides anew

  const run = `/developer/try/${client_id}`
  await sendTwice(formOf(await browser.get(`/developer/apps/${client_id}`), run), {})
})
