import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import type { App } from './app.ts'
import { hashClientSecret, newClientSecret } from './client-secret.ts'
import type { AppSecret } from './secret.ts'
import { insertSecretStatement } from './secrets-store.ts'

export type CreatedSecret = { ok: true; secret: AppSecret; clientSecret: string } | { ok: false }

interface SecretRequest {
  clientId: string
  name: string
  expiresAt: EpochSeconds | null
}

/** Not ok when the app has its two secrets, or was deleted meanwhile. */
export async function createSecret(
  db: D1Database,
  app: App,
  { name, expiresAt, actor }: { name: string; expiresAt: EpochSeconds | null; actor: string },
  now: EpochSeconds,
): Promise<CreatedSecret> {
  const { secret, clientSecret, hash } = await newSecret({ clientId: app.clientId, name, expiresAt }, now)
  const [inserted] = await batch(db, secretStatements(db, app, { secret, hash, actor }))
  return changesOf(inserted) > 0 ? { ok: true, secret, clientSecret } : { ok: false }
}

export async function newSecret(request: SecretRequest, now: EpochSeconds) {
  const clientSecret = newClientSecret()
  const secret: AppSecret = { ...request, id: randomId('sec'), createdAt: now, lastUsedAt: null }
  return { secret, clientSecret, hash: await hashClientSecret(clientSecret) }
}

export function secretStatements(
  db: D1Database,
  { clientId, organizationId }: App,
  { secret, hash, actor }: { secret: AppSecret; hash: string; actor: string },
): D1PreparedStatement[] {
  const event = newAuditEvent({ event: 'secret.created', at: secret.createdAt, actor, organizationId, clientId })
  return [insertSecretStatement(db, secret, hash), auditIfChangedStatement(db, event)]
}
