import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { App } from '../apps/app.ts'
import { changeApp, deleteApp } from '../apps/change-app.ts'
import { type Registration, registerApp } from '../apps/register-app.ts'
import { type AppSettings, findSettingProblems } from '../apps/settings.ts'
import { listOfferedScopes } from '../catalog/catalog-store.ts'
import type { AppEnv } from '../env.ts'
import { ApiError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import { requireApp, requireOrganization } from './access.ts'
import type { ApiEnv } from './api-env.ts'
import type { appChange, appRegistration } from './app-schemas.ts'
import { toAppBody, toFieldError, toSettings } from './app-wire.ts'
import type { Caller } from './caller.ts'
import { invalidFields } from './field-errors.ts'

/** Where a use case is asked for: by the API or by a page of ours. */
export interface Asker {
  env: AppEnv['Bindings']
  config: AppEnv['Variables']['config']
  caller: Caller
}

export function askerOf(c: Pick<Context<ApiEnv>, 'env' | 'get'>): Asker {
  return { env: c.env, config: c.get('config'), caller: c.get('caller') }
}

export async function createApp(asker: Asker, body: z.output<typeof appRegistration>): Promise<Registration> {
  const { env, caller } = asker
  const organizationId = requireOrganization(caller, body.organization_id)
  const settings = toSettings(body)
  await checkSettings(asker, settings)
  return registerApp(env.DB, { organizationId, settings, actor: caller.accountId }, currentTime())
}

export async function editApp(asker: Asker, clientId: string, change: z.output<typeof appChange>): Promise<App> {
  const { env, caller } = asker
  const app = await requireApp(env.DB, caller, clientId, 'manage')
  const settings = toSettings({ ...toAppBody(app), ...change })
  await checkSettings(asker, settings, app)
  const changed = await changeApp(env.DB, { app, actor: caller.accountId }, settings, currentTime())
  if (!changed) throw new ApiError('not-found')
  return changed
}

export async function removeApp({ env, caller }: Asker, clientId: string): Promise<void> {
  const app = await requireApp(env.DB, caller, clientId, 'manage')
  const deleted = await deleteApp(env.DB, { app, actor: caller.accountId }, currentTime())
  if (!deleted) throw new ApiError('not-found')
}

async function checkSettings({ env, config }: Asker, settings: AppSettings, current?: App): Promise<void> {
  const offered = await listOfferedScopes(env.DB, config.issuer, current)
  const scopes = new Set(offered.map(({ name }) => name))
  const found = findSettingProblems(settings, { scopes, current })
  if (found.length > 0) throw invalidFields(found.map(toFieldError))
}
