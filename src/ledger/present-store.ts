import { z } from 'zod'
import { type App, appRow } from '../apps/app.ts'
import { absoluteIdentifier } from '../catalog/catalog.ts'
import type { Config } from '../env.ts'
import type { Present } from '../grants/present.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { reach } from '../lib/storage.ts'
import type { LedgerResources } from './commands.ts'

export interface LivingSecret {
  id: string
  hash: string
  lastUsedAt: EpochSeconds | null
}

/** Everything of D1 that one token request depends on. */
export interface PresentContext {
  app: App
  secrets: readonly LivingSecret[]
  /** Undefined: there is no such account, and no ledger is asked. */
  account: { id: string; email: string } | undefined
  /** The generation of access tokens that the grant is in, when one was named. */
  statusId: number | null
  present: Present
  resources: LedgerResources
}

/**
 * The one D1 read of the token path: the app with its living secrets, the account with its memberships and what
 * their administrators decided about this app, and the catalogue as far as the app is registered for it.
 * It reads the primary and is never cached, so that a suspension holds at the next request.
 */
const PRESENT = `
  SELECT app.*, owner.suspended_at AS owner_suspended_at,
    max(app.grants_count_from, owner.grants_count_from, coalesce(account.grants_count_from, 0)) AS count_from,
    (SELECT count FROM access_removals) AS removals,
    (SELECT id FROM token_statuses WHERE grant_id = ?4 AND invalid_at IS NULL) AS status_id,
    account.id AS account_id, account.email AS account_email, account.suspended_at AS account_suspended_at,
    (SELECT json_group_array(json_object('id', id, 'hash', secret_hash, 'last_used_at', last_used_at))
       FROM app_secrets
      WHERE client_id = app.client_id AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)) AS secrets,
    (SELECT json_group_array(json_object(
              'organization_id', organization.id, 'personal', json(iif(organization.personal_account_id IS NULL, 'false', 'true')),
              'joined_after', members.joined_after, 'policy', organization.policy,
              'scope_ceiling', json(organization.scope_ceiling), 'decision', app_decisions.decision,
              'decision_ceiling', json(app_decisions.scope_ceiling), 'decision_expires_at', app_decisions.expires_at,
              'cut_off_by', app_cutoffs.removal, 'count_from', organization.grants_count_from))
       FROM members
       JOIN organizations AS organization ON organization.id = members.organization_id
       LEFT JOIN app_decisions ON app_decisions.organization_id = organization.id
                              AND app_decisions.client_id = app.client_id
       LEFT JOIN app_cutoffs ON app_cutoffs.organization_id = organization.id
                            AND app_cutoffs.client_id = app.client_id
      WHERE members.account_id = account.id AND organization.suspended_at IS NULL) AS memberships,
    (SELECT json_group_array(json_object(
              'name', scopes.name, 'resource', scopes.resource, 'target', scopes.target,
              'signing_alg', resources.signing_alg, 'ttl', resources.access_token_ttl_seconds))
       FROM scopes JOIN resources ON resources.identifier = scopes.resource
      WHERE scopes.name IN (SELECT value FROM json_each(app.scopes)
                            UNION SELECT value FROM json_each(app.optional_scopes))
        AND ((resources.open_to = 'everyone' AND scopes.open_to = 'everyone') OR app.first_party = 1)) AS catalogue
  FROM apps AS app
  JOIN organizations AS owner ON owner.id = app.organization_id
  LEFT JOIN accounts AS account ON account.id = ?2
  WHERE app.client_id = ?1`

/** What a credential, or a session, names. */
export interface Subject {
  accountId: string
  grantId?: string
}

/** Bound to an app and, when a credential names them, an account and a grant. */
export function presentStatement(
  db: D1Database,
  clientId: string,
  subject: Subject | null,
  now: EpochSeconds,
): D1PreparedStatement {
  return db.prepare(PRESENT).bind(clientId, subject?.accountId ?? null, now, subject?.grantId ?? null)
}

/** Undefined when there is no such app. */
export async function findPresent(
  db: D1Database,
  config: Config,
  clientId: string,
  subject: Subject | null,
  now: EpochSeconds,
): Promise<PresentContext | undefined> {
  const row = await reach('D1', () => presentStatement(db, clientId, subject, now).first())
  return row ? parsePresent(row, config) : undefined
}

/** How several apps stand to one account, by client_id; unknown apps are missing. */
export async function findPresents(
  db: D1Database,
  config: Config,
  clientIds: readonly string[],
  accountId: string,
  now: EpochSeconds,
): Promise<Map<string, PresentContext>> {
  if (clientIds.length === 0) return new Map()
  const statements = clientIds.map((clientId) => presentStatement(db, clientId, { accountId }, now))
  const found = await reach('D1', () => db.batch(statements))
  const contexts = found.flatMap(({ results: [row] }) => (row ? [parsePresent(row, config)] : []))
  return new Map(contexts.map((context) => [context.app.clientId, context]))
}

const ceiling = z.array(z.string()).nullable()

const presentRow = z.object({
  owner_suspended_at: z.number().nullable(),
  account_id: z.string().nullable(),
  account_email: z.string().nullable(),
  account_suspended_at: z.number().nullable(),
  removals: z.number(),
  count_from: z.number(),
  status_id: z.number().nullable(),
  secrets: jsonColumn(z.array(z.object({ id: z.string(), hash: z.string(), last_used_at: z.number().nullable() }))),
  memberships: jsonColumn(
    z.array(
      z.object({
        organization_id: z.string(),
        personal: z.boolean(),
        joined_after: z.number(),
        policy: z.enum(['open', 'verified', 'approved']),
        scope_ceiling: ceiling,
        decision: z.enum(['approved', 'blocked']).nullable(),
        decision_ceiling: ceiling,
        decision_expires_at: z.number().nullable(),
        cut_off_by: z.number().nullable(),
        count_from: z.number(),
      }),
    ),
  ),
  catalogue: jsonColumn(
    z.array(
      z.object({
        name: z.string(),
        resource: z.string(),
        target: z.enum(['account', 'organization']),
        signing_alg: z.enum(['ES256', 'RS256', 'EdDSA']),
        ttl: z.number().nullable(),
      }),
    ),
  ),
})
type PresentRow = z.infer<typeof presentRow>

export function parsePresent(unparsed: unknown, config: Config): PresentContext {
  const app = appRow.parse(unparsed)
  const row = presentRow.parse(unparsed)
  const catalogue = row.catalogue.map((scope) => ({
    ...scope,
    resource: absoluteIdentifier(scope.resource, config.issuer),
  }))
  return {
    app,
    secrets: row.secrets.map(({ id, hash, last_used_at }) => ({ id, hash, lastUsedAt: last_used_at })),
    account: row.account_id === null ? undefined : { id: row.account_id, email: row.account_email ?? '' },
    statusId: row.status_id,
    present: {
      app: presentApp(app, row),
      accountSuspended: row.account_suspended_at !== null,
      removals: row.removals,
      grantsCountFrom: row.count_from,
      memberships: row.memberships.map(toPresentOrganization),
      catalogue: catalogue.map(({ name, resource, target }) => ({ name, resource, target })),
    },
    resources: Object.fromEntries(
      catalogue.map(({ resource, signing_alg, ttl }) => [
        resource,
        { signingAlg: signing_alg, accessTokenTtlSeconds: ttl ?? config.accessTokenTtlSeconds },
      ]),
    ),
  }
}

function presentApp(app: App, row: PresentRow): Present['app'] {
  return {
    clientId: app.clientId,
    organizationId: app.organizationId,
    scopes: [...app.scopes, ...app.optionalScopes],
    visibility: app.visibility,
    publisherVerified: app.publisherDomain !== null,
    firstParty: app.firstParty,
    suspended: app.suspendedAt !== null,
    deleted: app.deletedAt !== null,
    ownerSuspended: row.owner_suspended_at !== null,
  }
}

function toPresentOrganization(row: PresentRow['memberships'][number]): Present['memberships'][number] {
  return {
    organizationId: row.organization_id,
    personal: row.personal,
    joinedAfter: Math.max(row.joined_after, row.count_from),
    policy: row.policy,
    scopeCeiling: row.scope_ceiling,
    decision: row.decision && {
      kind: row.decision,
      scopeCeiling: row.decision_ceiling,
      expiresAt: row.decision_expires_at,
    },
    cutOffBy: row.cut_off_by,
  }
}
