import { signedInWithin } from '../accounts/sessions.ts'
import { deleteSecret } from '../apps/change-app.ts'
import { createSecret } from '../apps/create-secret.ts'
import { type AppSecret, findExpiryProblem } from '../apps/secret.ts'
import { listLiveSecrets } from '../apps/secrets-store.ts'
import { isPublic } from '../apps/settings.ts'
import { ApiError } from '../errors.ts'
import { currentTime, type EpochSeconds } from '../lib/clock.ts'
import { requireApp } from './access.ts'
import type { Caller } from './caller.ts'
import { invalidFields, pointer } from './field-errors.ts'
import { newApi } from './route.ts'
import { createSecretRoute, deleteSecretRoute, listSecretsRoute } from './secret-routes.ts'
import { RECENT_SIGN_IN_SECONDS } from './visitor.ts'

export const secrets = newApi()

secrets.openapi(createSecretRoute, async (c) => {
  const now = currentTime()
  const caller = c.get('caller')
  const app = await requireApp(c.env.DB, caller, c.req.valid('param').client_id, 'manage')
  checkRecentSignIn(caller, now)
  const { name, expires_at: expiresAt } = c.req.valid('json')
  const expiryProblem = findExpiryProblem(expiresAt, now)
  if (expiryProblem) throw invalidFields([{ pointer: pointer('expires_at'), detail: expiryProblem }])
  if (isPublic(app)) throw new ApiError('conflict', 'A public app (token_endpoint_auth_method none) has no secrets.')
  const created = await createSecret(c.env.DB, app, { name, expiresAt, actor: caller.accountId }, now)
  if (!created.ok) throw new ApiError('conflict', 'The app has two live secrets; delete one first.')
  return c.json({ ...toSecretBody(created.secret), client_secret: created.clientSecret }, 201)
})

secrets.openapi(listSecretsRoute, async (c) => {
  const app = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
  const live = await listLiveSecrets(c.env.DB, app.clientId, currentTime())
  return c.json({ items: live.map(toSecretBody), next_cursor: null }, 200)
})

secrets.openapi(deleteSecretRoute, async (c) => {
  const caller = c.get('caller')
  const { client_id, id } = c.req.valid('param')
  const app = await requireApp(c.env.DB, caller, client_id, 'manage')
  const deleted = await deleteSecret(c.env.DB, { app, actor: caller.accountId }, id, currentTime())
  if (!deleted) throw new ApiError('not-found')
  return c.body(null, 204)
})

/** Whoever finds a browser signed in must not walk away with a credential. */
function checkRecentSignIn(caller: Caller, now: EpochSeconds): void {
  if (caller.via === 'access_token' || signedInWithin(caller.session, RECENT_SIGN_IN_SECONDS, now)) return
  throw new ApiError('sign-in-too-old')
}

function toSecretBody(secret: AppSecret) {
  return {
    id: secret.id,
    name: secret.name,
    created_at: secret.createdAt,
    expires_at: secret.expiresAt,
    last_used_at: secret.lastUsedAt,
  }
}
