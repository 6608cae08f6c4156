import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { SITE } from './kit/addresses.ts'

/**
 * Addresses that only forms are sent to, and the page that each form stands on: a refused form shows that page under
 * its own address, and whoever reloads it there, or comes back to it, must find something.
 */
const PAGE_OF = {
  [SITE.organization.member]: SITE.organization.overview,
  [SITE.organization.removeMember]: SITE.organization.overview,
  [SITE.organization.invitations]: SITE.organization.overview,
  [SITE.organization.withdrawInvitation]: SITE.organization.overview,
  [SITE.organization.request]: SITE.organization.requests,
  [SITE.webhook.secret]: SITE.webhook.overview,
  [SITE.webhook.challenge]: SITE.webhook.overview,
  [SITE.webhook.delete]: SITE.webhook.overview,
  [SITE.webhook.resend]: SITE.webhook.overview,
  [SITE.connections.revoke]: SITE.connections.list,
  [SITE.app.visibility]: SITE.app.publisher,
  [SITE.operator.rotateSigningKey]: SITE.operator.keys,
  [SITE.operator.withdrawSigningKey]: SITE.operator.keys,
  [SITE.operator.apps.suspend]: SITE.operator.apps.list,
  [SITE.operator.apps.resume]: SITE.operator.apps.list,
  [SITE.operator.organizations.suspend]: SITE.operator.organizations.list,
  [SITE.operator.organizations.resume]: SITE.operator.organizations.list,
  [SITE.operator.accounts.suspend]: SITE.operator.accounts.list,
  [SITE.operator.accounts.resume]: SITE.operator.accounts.list,
  [SITE.catalog.resourceCredentials]: SITE.catalog.overview,
  [SITE.catalog.deleteScope]: SITE.catalog.scope,
  [SITE.app.try]: SITE.app.overview,
  '/sign-out': SITE.account.overview,
  '/sign-out-everywhere': SITE.account.overview,
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
