import type { z } from '@hono/zod-openapi'
import type { App } from '../../apps/app.ts'
import { type AppPosition, findApp } from '../../apps/apps-store.ts'
import * as change from '../../apps/change-app.ts'
import * as registration from '../../apps/register-app.ts'
import type { AppSettings } from '../../apps/settings.ts'
import { ApiError } from '../../errors.ts'
import { currentTime } from '../../lib/clock.ts'
import { isUniqueViolation } from '../../lib/storage.ts'
import { requireApp, requireOrganization } from '../kit/access.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { checkAct } from '../kit/acts.ts'
import { boundReached, checkCreation } from '../kit/bounds.ts'
import { parseCursor } from '../kit/pagination.ts'
import { changedMeanwhile, type Precondition, requireVersion } from '../kit/precondition.ts'
import { checkSettings } from './check-settings.ts'
import { findRepeated, idempotentRequest } from './idempotency.ts'
import type { appChange, appRegistration } from './schemas.ts'
import { tellOfWaitingScopes } from './tell-of-waiting-scopes.ts'
import { toAppBody, toSettings } from './wire.ts'

/** Under a key that was used for the same before, the app of then, without its secret. */
export async function registerApp(
  context: ActionContext,
  body: z.output<typeof appRegistration>,
  idempotencyKey: string | undefined,
): Promise<registration.Registration> {
  const { env, caller } = context
  const organizationId = requireOrganization(caller, body.organization_id)
  const settings = toSettings(body)
  const repeatable = await idempotentRequest(context, idempotencyKey, { organizationId, settings })
  const repeated = repeatable && (await findRepeated(context, repeatable))
  if (repeated) return { app: repeated, clientSecret: null }
  const logo = await checkSettings(context, { organizationId, settings })
  await checkCreation(context, 'app')
  try {
    const registrant = { accountId: caller.accountId, mostApps: context.config.appsPerAccount }
    const request = { organizationId, settings, logo, registrant, sealing: context.config, repeatable }
    const registered = await registration.registerApp(env.DB, request, currentTime())
    if (!registered) throw boundReached(context, 'app')
    return registered
  } catch (error) {
    // Another request with this key was faster, and its app is the one.
    const faster = repeatable && isUniqueViolation(error) ? await findRepeated(context, repeatable) : undefined
    if (faster) return { app: faster, clientSecret: null }
    throw error
  }
}

export async function changeApp(
  context: ActionContext,
  clientId: string,
  body: z.output<typeof appChange>,
  precondition: Precondition,
): Promise<App> {
  const { env, caller } = context
  const app = await requireApp(env.DB, caller, clientId, 'manage')
  const onlyVersion = requireVersion(app, precondition)
  const settings = toSettings({ ...toAppBody(app), ...body })
  checkAct(caller, movesRedirects(app, settings) ? 'changeApp: redirect URIs' : 'changeApp')
  const logo = await checkSettings(context, { organizationId: app.organizationId, settings, current: app })
  const acting = { app, actor: caller.accountId, onlyVersion }
  const changed = await change.changeApp(env.DB, acting, { settings, logo }, currentTime())
  if (!changed) throw await goneOrChanged(context, clientId)
  await tellOfWaitingScopes(context, changed)
  return changed
}

export async function deleteApp(context: ActionContext, clientId: string, precondition: Precondition): Promise<void> {
  const { env, caller } = context
  const app = await requireApp(env.DB, caller, clientId, 'manage')
  const onlyVersion = requireVersion(app, precondition)
  checkAct(caller, 'deleteApp')
  const deleted = await change.deleteApp(env.DB, { app, actor: caller.accountId, onlyVersion }, currentTime())
  if (!deleted) throw await goneOrChanged(context, clientId)
}

/** Where codes are sent to outlives the session of whoever changes it. */
function movesRedirects(app: App, { redirectUris }: AppSettings): boolean {
  return JSON.stringify(app.redirectUris) !== JSON.stringify(redirectUris)
}

/** Why a change that was decided in its own statement wrote nothing. */
async function goneOrChanged({ env }: ActionContext, clientId: string): Promise<ApiError> {
  return (await findApp(env.DB, clientId)) ? changedMeanwhile() : new ApiError('not-found')
}

/** Where a page of the list begins. */
export function toPosition(cursor: string): AppPosition {
  const [createdAt, clientId] = parseCursor(cursor)
  return { createdAt, clientId }
}
