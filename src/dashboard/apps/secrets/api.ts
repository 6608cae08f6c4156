import type { AppSecret } from '../../../apps/secret.ts'
import { listLiveSecrets } from '../../../apps/secrets-store.ts'
import { currentTime } from '../../../lib/clock.ts'
import { requireApp } from '../../kit/access.ts'
import { askerOf } from '../../kit/asker.ts'
import { newApi } from '../../kit/route.ts'
import { addSecret, removeSecret } from './actions.ts'
import { createSecretRoute, deleteSecretRoute, listSecretsRoute } from './routes.ts'

export const secrets = newApi()

secrets.openapi(createSecretRoute, async (c) => {
  const { secret, clientSecret } = await addSecret(askerOf(c), c.req.valid('param').client_id, c.req.valid('json'))
  return c.json({ ...toSecretBody(secret), client_secret: clientSecret }, 201)
})

secrets.openapi(listSecretsRoute, async (c) => {
  const app = await requireApp(c.env.DB, c.get('caller'), c.req.valid('param').client_id, 'see')
  const live = await listLiveSecrets(c.env.DB, app.clientId, currentTime())
  return c.json({ items: live.map(toSecretBody), next_cursor: null }, 200)
})

secrets.openapi(deleteSecretRoute, async (c) => {
  const { client_id: clientId, id } = c.req.valid('param')
  await removeSecret(askerOf(c), clientId, id)
  return c.body(null, 204)
})

function toSecretBody(secret: AppSecret) {
  return {
    id: secret.id,
    name: secret.name,
    created_at: secret.createdAt,
    expires_at: secret.expiresAt,
    last_used_at: secret.lastUsedAt,
  }
}
