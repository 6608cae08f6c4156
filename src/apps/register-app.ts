import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch, changesOf } from '../lib/d1.ts'
import { randomId } from '../lib/random.ts'
import type { Sealing } from '../lib/sealed-credential.ts'
import type { App } from './app.ts'
import { insertAppStatement, type Registrant } from './apps-store.ts'
import { newSecret, secretStatements } from './create-secret.ts'
import { type IdempotentRequest, takeKeyStatements } from './idempotency-store.ts'
import type { Logo } from './logo.ts'
import { insertLogoStatement } from './logo-store.ts'
import { type AppSettings, isPublic } from './settings.ts'

const FIRST_SECRET_NAME = 'First secret'

export interface Registration {
  app: App
  /** Of a confidential app, in clear: the only time it is seen. */
  clientSecret: string | null
}

interface RegistrationRequest {
  organizationId: string
  settings: AppSettings
  logo?: Logo | undefined
  registrant: Registrant
  /** For the first secret. */
  sealing: Sealing
  /** Fails with a unique violation when another request took the key first. */
  repeatable?: IdempotentRequest | undefined
}

/**
 * Creates the app and, if it is confidential, its first secret: both or nothing. The settings were checked. Undefined:
 * the account has as many apps as it may.
 */
export async function registerApp(
  db: D1Database,
  { organizationId, settings, logo, registrant, sealing, repeatable }: RegistrationRequest,
  now: EpochSeconds,
): Promise<Registration | undefined> {
  const actor = registrant.accountId
  const app = newApp({ organizationId, settings, logo }, now)
  const { clientId } = app
  const event = newAuditEvent({ event: 'app.created', at: now, actor, organizationId, clientId })
  const statements = [
    insertAppStatement(db, app, registrant),
    auditIfChangedStatement(db, event),
    ...(logo ? [insertLogoStatement(db, logo, now)] : []),
    ...(repeatable ? takeKeyStatements(db, repeatable, clientId, now) : []),
  ]
  if (isPublic(app)) {
    const [inserted] = await batch(db, statements)
    return changesOf(inserted) > 0 ? { app, clientSecret: null } : undefined
  }
  const { secret, clientSecret, hash } = await newSecret(
    sealing,
    { clientId, name: FIRST_SECRET_NAME, expiresAt: null },
    now,
  )
  const [inserted] = await batch(db, [...statements, ...secretStatements(db, app, { secret, hash, actor })])
  return changesOf(inserted) > 0 ? { app, clientSecret } : undefined
}

function newApp(
  { organizationId, settings, logo }: Pick<RegistrationRequest, 'organizationId' | 'settings' | 'logo'>,
  now: EpochSeconds,
): App {
  return {
    ...settings,
    clientId: randomId('app'),
    organizationId,
    publisherDomain: null,
    // First-party apps are the operators': no setting of a developer makes one.
    firstParty: false,
    version: 1,
    logoHash: logo?.hash ?? null,
    createdAt: now,
    updatedAt: now,
    suspendedAt: null,
    deletedAt: null,
  }
}
