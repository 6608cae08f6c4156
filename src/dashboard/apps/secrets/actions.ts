import * as change from '../../../apps/change-app.ts'
import * as creation from '../../../apps/create-secret.ts'
import { type AppSecret, findExpiryProblem } from '../../../apps/secret.ts'
import { isPublic } from '../../../apps/settings.ts'
import { ApiError } from '../../../errors.ts'
import { currentTime, type EpochSeconds } from '../../../lib/clock.ts'
import { requireApp } from '../../kit/access.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { checkAct } from '../../kit/acts.ts'
import { invalidFields, pointer } from '../../kit/field-errors.ts'

interface SecretRequest {
  name: string
  expires_at: EpochSeconds | null
}

export async function createSecret(
  { env, config, caller }: ActionContext,
  clientId: string,
  { name, expires_at: expiresAt }: SecretRequest,
): Promise<{ secret: AppSecret; clientSecret: string }> {
  const now = currentTime()
  const app = await requireApp(env.DB, caller, clientId, 'manage')
  checkAct(caller, 'createSecret')
  const expiryProblem = findExpiryProblem(expiresAt, now)
  if (expiryProblem) throw invalidFields([{ pointer: pointer('expires_at'), detail: expiryProblem }])
  if (isPublic(app)) throw new ApiError('conflict', 'A public app (token_endpoint_auth_method none) has no secrets.')
  const creator = { db: env.DB, sealing: config, actor: caller.accountId }
  const created = await creation.createSecret(creator, app, { name, expiresAt }, now)
  if (!created.ok) throw new ApiError('conflict', 'The app has two live secrets; delete one first.')
  return created
}

export async function deleteSecret({ env, caller }: ActionContext, clientId: string, secretId: string): Promise<void> {
  const app = await requireApp(env.DB, caller, clientId, 'manage')
  checkAct(caller, 'deleteSecret')
  const deleted = await change.deleteSecret(env.DB, { app, actor: caller.accountId }, secretId, currentTime())
  if (!deleted) throw new ApiError('not-found')
}
