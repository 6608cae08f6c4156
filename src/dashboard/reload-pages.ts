import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'

/**
 * Addresses that only forms are sent to, and the page that each form stands on: a refused form shows that page under
 * its own address, and whoever reloads it there, or comes back to it, must find something.
 */
const PAGE_OF = {
  '/organizations/:slug/members/:account_id': '/organizations/:slug',
  '/organizations/:slug/members/:account_id/remove': '/organizations/:slug',
  '/organizations/:slug/invitations': '/organizations/:slug',
  '/organizations/:slug/invitations/:invitation_id/withdraw': '/organizations/:slug',
  '/organizations/:slug/requests/:request_id': '/organizations/:slug/requests',
  '/organizations/:slug/webhooks/:webhook_id/secret': '/organizations/:slug/webhooks/:webhook_id',
  '/organizations/:slug/webhooks/:webhook_id/challenge': '/organizations/:slug/webhooks/:webhook_id',
  '/organizations/:slug/webhooks/:webhook_id/delete': '/organizations/:slug/webhooks/:webhook_id',
  '/organizations/:slug/webhooks/:webhook_id/deliveries/:event_id/resend': '/organizations/:slug/webhooks/:webhook_id',
  '/connections/:grant_id/end': '/connections',
  '/developer/apps/:client_id/visibility': '/developer/apps/:client_id/publisher',
  '/operator/keys/:kid/rotate': '/operator/keys',
  '/operator/keys/:kid/withdraw': '/operator/keys',
  '/operator/apps/:id/suspend': '/operator/apps',
  '/operator/apps/:id/resume': '/operator/apps',
  '/operator/organizations/:id/suspend': '/operator/organizations',
  '/operator/organizations/:id/resume': '/operator/organizations',
  '/operator/accounts/:id/suspend': '/operator/accounts',
  '/operator/accounts/:id/resume': '/operator/accounts',
  '/operator/catalog/resources/credentials': '/operator/catalog',
  '/operator/catalog/scopes/:name/delete': '/operator/catalog/scopes/:name',
  '/developer/try/:client_id': '/developer/apps/:client_id',
  '/sign-out': '/account',
  '/sign-out-everywhere': '/account',
} as const

export const reloadPages = new Hono<AppEnv>()

for (const [address, page] of Object.entries(PAGE_OF)) {
  reloadPages.get(address, (c) => {
    const parameters = c.req.param() as Record<string, string>
    return c.redirect(
      page.replaceAll(/:(\w+)/g, (_, name) => encodeURIComponent(parameters[name] ?? '')),
      303,
    )
  })
}
