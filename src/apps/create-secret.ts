import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
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
  { db, sealing, actor }: { db: D1Database; sealing: Sealing; actor: string },
  app: App,
  { name, expiresAt }: { name: string; expiresAt: EpochSeconds | null },
  now: EpochSeconds,
): Promise<CreatedSecret> {
  const { secret, clientSecret, hash } = await newSecret(sealing, { clientId: app.clientId, name, expiresAt }, now)
  const [inserted] = await batch(db, secretStatements(db, app, { secret, hash, actor }))
  return changesOf(inserted) > 0 ? { ok: true, secret, clientSecret } : { ok: false }
}

export async function newSecret(sealing: Sealing, request: SecretRequest, now: EpochSeconds) {
  const clientSecret = await newClientSecret(sealing, request.clientId)
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
