import type { App } from '../apps/app.ts'
import { type AppPosition, listApps } from '../apps/apps-store.ts'
import { changeApp, deleteApp } from '../apps/change-app.ts'
import { registerApp } from '../apps/register-app.ts'
import { type AppSettings, findSettingProblems } from '../apps/settings.ts'
import { listScopes } from '../catalog/catalog-store.ts'
import { ApiError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import { requireApp, requireOrganization, requireOrganizations } from './access.ts'
import { changeRoute, deleteRoute, listRoute, registerRoute, showRoute } from './app-routes.ts'
import { toAppBody, toFieldError, toSettings } from './app-wire.ts'
import { invalidFields } from './field-errors.ts'
import { formatCursor, parseCursor } from './pagination.ts'
import { apiResource } from './protected-resource.ts'
import { newApi } from './route.ts'

export const apps = newApi()

apps.openapi(registerRoute, async (c) => {
  const config = c.get('config')
  const caller = c.get('caller')
  const body = c.req.valid('json')
  const organizationId = requireOrganization(caller, body.organization_id)
  const settings = toSettings(body)
  await checkSettings(c.env.DB, config.issuer, settings)
  const actor = caller.accountId
  const { app, clientSecret } = await registerApp(c.env.DB, { organizationId, settings, actor }, currentTime())
  c.header('Location', `${apiResource(config)}/apps/${app.clientId}`)
  return c.json({ ...toAppBody(app), ...(clientSecret && onlyNow(clientSecret)) }, 201)
})

apps.openapi(listRoute, async (c) => {
  const { limit, cursor, organization_id } = c.req.valid('query')
  const organizationIds = requireOrganizations(c.get('caller'), organization_id)
  const after = cursor === undefined ? null : toPosition(cursor)
  const found = await listApps(c.env.DB, organizationIds, { after, limit: limit + 1 })
  const items = found.slice(0, limit)
  const last = found.length > limit ? items.at(-1) : undefined
  const next_cursor = last ? formatCursor([last.createdAt, last.clientId]) : null
  return c.json({ items: items.map(toAppBody), next_cursor }, 200)
})

apps.openapi(showRoute, async (c) => {
  const app = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
  return c.json(toAppBody(app), 200)
})

apps.openapi(changeRoute, async (c) => {
  const caller = c.get('caller')
  const app = await requireApp(c.env.DB, caller, c.req.valid('param').client_id, 'manage')
  const settings = toSettings({ ...toAppBody(app), ...c.req.valid('json') })
  await checkSettings(c.env.DB, c.get('config').issuer, settings, app)
  const changed = await changeApp(c.env.DB, { app, actor: caller.accountId }, settings, currentTime())
  if (!changed) throw new ApiError('not-found')
  return c.json(toAppBody(changed), 200)
})

apps.openapi(deleteRoute, async (c) => {
  const caller = c.get('caller')
  const app = await requireApp(c.env.DB, caller, c.req.valid('param').client_id, 'manage')
  const deleted = await deleteApp(c.env.DB, { app, actor: caller.accountId }, currentTime())
  if (!deleted) throw new ApiError('not-found')
  return c.body(null, 204)
})

async function checkSettings(db: D1Database, issuer: string, settings: AppSettings, current?: App): Promise<void> {
  const scopes = new Set((await listScopes(db, issuer)).map(({ name }) => name))
  const found = findSettingProblems(settings, { scopes, current })
  if (found.length > 0) throw invalidFields(found.map(toFieldError))
}

function onlyNow(clientSecret: string) {
  return { client_secret: clientSecret, client_secret_expires_at: 0 }
}

function toPosition(cursor: string): AppPosition {
  const [createdAt, clientId] = parseCursor(cursor)
  return { createdAt, clientId }
}
