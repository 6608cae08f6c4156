import { type AppPosition, listApps } from '../../apps/apps-store.ts'
import { requireApp, requireOrganizations } from '../kit/access.ts'
import { askerOf } from '../kit/asker.ts'
import { formatCursor, parseCursor, toPage } from '../kit/pagination.ts'
import { entityTag, parseIfMatch } from '../kit/precondition.ts'
import { apiResource } from '../kit/protected-resource.ts'
import { newApi } from '../kit/route.ts'
import { createApp, editApp, removeApp } from './actions.ts'
import { changeRoute, deleteRoute, listRoute, registerRoute, showRoute } from './routes.ts'
import { toAppBody } from './wire.ts'

export const apps = newApi()

apps.openapi(registerRoute, async (c) => {
  const { app, clientSecret } = await createApp(
    askerOf(c),
    c.req.valid('json'),
    c.req.valid('header')['idempotency-key'],
  )
  c.header('ETag', entityTag(app))
  c.header('Location', `${apiResource(c.get('config'))}/apps/${app.clientId}`)
  return c.json({ ...toAppBody(app), ...(clientSecret && onlyNow(clientSecret)) }, 201)
})

apps.openapi(listRoute, async (c) => {
  const { limit, cursor, organization_id } = c.req.valid('query')
  const organizationIds = requireOrganizations(c.get('caller'), organization_id)
  const after = cursor === undefined ? null : toPosition(cursor)
  const found = await listApps(c.env.DB, organizationIds, { after, limit: limit + 1 })
  const { items, next } = toPage(found, limit)
  const next_cursor = next && formatCursor([next.createdAt, next.clientId])
  return c.json({ items: items.map(toAppBody), next_cursor }, 200)
})

apps.openapi(showRoute, async (c) => {
  const app = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
  c.header('ETag', entityTag(app))
  return c.json(toAppBody(app), 200)
})

apps.openapi(changeRoute, async (c) => {
  const precondition = parseIfMatch(c.req.valid('header')['if-match'])
  const changed = await editApp(askerOf(c), c.req.valid('param').client_id, c.req.valid('json'), precondition)
  c.header('ETag', entityTag(changed))
  return c.json(toAppBody(changed), 200)
})

apps.openapi(deleteRoute, async (c) => {
  await removeApp(askerOf(c), c.req.valid('param').client_id, parseIfMatch(c.req.valid('header')['if-match']))
  return c.body(null, 204)
})

function onlyNow(clientSecret: string) {
  return { client_secret: clientSecret, client_secret_expires_at: 0 }
}

export function toPosition(cursor: string): AppPosition {
  const [createdAt, clientId] = parseCursor(cursor)
  return { createdAt, clientId }
}
