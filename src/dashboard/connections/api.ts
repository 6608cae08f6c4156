import { publisherOf } from '../../apps/publisher-mark.ts'
import { describeUserAgent } from '../../ui/user-agent.ts'
import { askerOf } from '../kit/asker.ts'
import { newApi } from '../kit/route.ts'
import { disconnectApp, endOwnGrant, listOwnGrants, narrowOwnGrant, type OwnGrant, requireOwnGrant } from './actions.ts'
import { disconnectAppRoute, listGrantsRoute, narrowGrantRoute, revokeGrantRoute, showGrantRoute } from './routes.ts'

/** What the caller allowed to apps. */
export const grants = newApi()

grants.openapi(listGrantsRoute, async (c) => {
  const items = (await listOwnGrants(askerOf(c))).map(toGrantBody)
  return c.json({ items, next_cursor: null }, 200)
})

grants.openapi(showGrantRoute, async (c) =>
  c.json(toGrantBody(await requireOwnGrant(askerOf(c), c.req.valid('param').grant_id)), 200),
)

grants.openapi(narrowGrantRoute, async (c) =>
  c.json(toGrantBody(await narrowOwnGrant(askerOf(c), c.req.valid('param').grant_id, c.req.valid('json'))), 200),
)

grants.openapi(revokeGrantRoute, async (c) => {
  await endOwnGrant(askerOf(c), c.req.valid('param').grant_id)
  return c.body(null, 204)
})

grants.openapi(disconnectAppRoute, async (c) => {
  await disconnectApp(askerOf(c), c.req.valid('query').client_id)
  return c.body(null, 204)
})

function toGrantBody({ grant, app, inEffect }: OwnGrant) {
  return {
    id: grant.id,
    client_id: grant.clientId,
    client_name: app.clientName,
    publisher: publisherOf(app),
    resource: grant.resource,
    scopes: [...grant.scopes],
    organizations: [...grant.organizations],
    scopes_in_effect: [...inEffect.scopes],
    organizations_in_effect: [...inEffect.organizations],
    device: describeUserAgent(grant.userAgent),
    created_at: grant.createdAt,
    last_used_at: grant.lastUsedAt,
    expires_at: grant.endsAt,
  }
}
