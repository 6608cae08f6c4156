import { z } from 'zod'
import { type App, appRow } from '../apps/app.ts'
import { absoluteIdentifier } from '../catalog/catalog.ts'
import type { Config } from '../env.ts'
import type { Circumstances, RemovalCount } from '../grants/effective-access.ts'
import { camelKeys } from '../lib/case.ts'
import { batch, statement } from '../lib/d1.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { callStore } from '../lib/storage.ts'

/** Everything of D1 that a consent depends on. */
export interface ConsentContext {
  app: App
  /** Undefined: there is no such account, and no ledger is asked. */
  account: { id: string; email: string } | undefined
  /** How often access was taken away until now: a consent that this reading allows remembers it. */
  removals: RemovalCount
  circumstances: Circumstances
}

/**
 * For pages, which ask D1 each time: the app, the account with its memberships and what their
 * administrators decided about this app, and the catalogue as far as the app is registered for it. Tokens ask an
 * authority, which keeps the same (src/authority/facts-store.ts).
 */
const CONTEXT = `
  SELECT app.*, owner.suspended_at AS owner_suspended_at,
    max(app.grants_count_from, owner.grants_count_from, coalesce(account.grants_count_from, 0)) AS count_from,
    (SELECT count FROM access_removals) AS removals,
    account.id AS account_id, account.email AS account_email, account.suspended_at AS account_suspended_at,
    (SELECT json_group_array(json_object(
              'organizationId', organization.id, 'personal', json(iif(organization.personal_account_id IS NULL, 'false', 'true')),
              'joinedAfter', members.joined_after, 'policy', organization.policy,
              'scopeCeiling', json(organization.scope_ceiling), 'decision', app_decisions.decision,
              'decisionCeiling', json(app_decisions.scope_ceiling), 'decisionExpiresAt', app_decisions.expires_at,
              'cutOffBy', app_cut_offs.removal, 'countFrom', organization.grants_count_from))
       FROM members
       JOIN organizations AS organization ON organization.id = members.organization_id
       LEFT JOIN app_decisions ON app_decisions.organization_id = organization.id
                              AND app_decisions.client_id = app.client_id
       LEFT JOIN app_cut_offs ON app_cut_offs.organization_id = organization.id
                            AND app_cut_offs.client_id = app.client_id
      WHERE members.account_id = account.id AND organization.suspended_at IS NULL) AS memberships,
    (SELECT json_group_array(json_object(
              'name', scopes.name, 'resource', scopes.resource, 'target', scopes.target))
       FROM scopes JOIN resources ON resources.identifier = scopes.resource
      WHERE scopes.name IN (SELECT value FROM json_each(app.scopes)
                            UNION SELECT value FROM json_each(app.optional_scopes))
        AND ((resources.open_to = 'everyone' AND scopes.open_to = 'everyone') OR app.first_party = 1)) AS catalogue
  FROM apps AS app
  JOIN organizations AS owner ON owner.id = app.organization_id
  LEFT JOIN accounts AS account ON account.id = ?2
  WHERE app.client_id = ?1`

/** Whose session it is. */
interface Subject {
  accountId: string
}

/** Bound to an app and, when somebody is signed in, to the account. */
function contextStatement(db: D1Database, clientId: string, subject: Subject | null): D1PreparedStatement {
  return statement(db, CONTEXT, [clientId, subject?.accountId ?? null])
}

/** Undefined when there is no such app. */
export async function findConsentContext(
  db: D1Database,
  config: Config,
  clientId: string,
  subject: Subject | null,
): Promise<ConsentContext | undefined> {
  const row = await callStore('D1', () => contextStatement(db, clientId, subject).first())
  return row ? parseContext(row, config) : undefined
}

/** How several apps stand to one account, by client_id; unknown apps are missing. */
export async function findConsentContexts(
  db: D1Database,
  config: Config,
  clientIds: readonly string[],
  accountId: string,
): Promise<Map<string, ConsentContext>> {
  if (clientIds.length === 0) return new Map()
  const statements = clientIds.map((clientId) => contextStatement(db, clientId, { accountId }))
  const found = await batch(db, statements)
  const contexts = found.flatMap(({ results: [row] }) => (row ? [parseContext(row, config)] : []))
  return new Map(contexts.map((context) => [context.app.clientId, context]))
}

const ceiling = z.array(z.string()).nullable()

/** What the statement gathers as JSON has our names already: nothing is renamed item by item while a token waits. */
const membership = z.object({
  organizationId: z.string(),
  personal: z.boolean(),
  joinedAfter: z.number(),
  policy: z.enum(['open', 'verified', 'approved']),
  scopeCeiling: ceiling,
  decision: z.enum(['approved', 'blocked']).nullable(),
  decisionCeiling: ceiling,
  decisionExpiresAt: z.number().nullable(),
  cutOffBy: z.number().nullable(),
  countFrom: z.number(),
})
const registeredScope = z.object({
  name: z.string(),
  resource: z.string(),
  target: z.enum(['account', 'organization']),
})

const contextRow = camelKeys(
  z.object({
    owner_suspended_at: z.number().nullable(),
    account_id: z.string().nullable(),
    account_email: z.string().nullable(),
    account_suspended_at: z.number().nullable(),
    removals: z.number(),
    count_from: z.number(),
    memberships: jsonColumn(z.array(membership)),
    catalogue: jsonColumn(z.array(registeredScope)),
  }),
)
type ContextRow = z.output<typeof contextRow>

function parseContext(unparsed: unknown, config: Config): ConsentContext {
  const app = appRow.parse(unparsed)
  const row = contextRow.parse(unparsed)
  const catalogue = row.catalogue.map((scope) => ({
    ...scope,
    resource: absoluteIdentifier(scope.resource, config.issuer),
  }))
  return {
    app,
    account: row.accountId === null ? undefined : { id: row.accountId, email: row.accountEmail ?? '' },
    removals: row.removals,
    circumstances: {
      app: circumstancesOfApp(app, row),
      accountSuspended: row.accountSuspendedAt !== null,
      grantsCountFrom: row.countFrom,
      memberships: row.memberships.map(toOrganizationCircumstances),
      catalogue,
    },
  }
}

function circumstancesOfApp(app: App, row: ContextRow): Circumstances['app'] {
  return {
    clientId: app.clientId,
    organizationId: app.organizationId,
    scopes: [...app.scopes, ...app.optionalScopes],
    visibility: app.visibility,
    publisherVerified: app.publisherDomain !== null,
    firstParty: app.firstParty,
    suspended: app.suspendedAt !== null,
    deleted: app.deletedAt !== null,
    ownerSuspended: row.ownerSuspendedAt !== null,
  }
}

function toOrganizationCircumstances(row: z.output<typeof membership>): Circumstances['memberships'][number] {
  const { organizationId, personal, policy, scopeCeiling, cutOffBy } = row
  return {
    organizationId,
    personal,
    policy,
    scopeCeiling,
    cutOffBy,
    joinedAfter: Math.max(row.joinedAfter, row.countFrom),
    decision: row.decision && {
      kind: row.decision,
      scopeCeiling: row.decisionCeiling,
      expiresAt: row.decisionExpiresAt,
    },
  }
}
