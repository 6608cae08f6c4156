import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import { batch, rowsOf, statement } from '../lib/d1.ts'
import type { Changes, FactKind, FactName, Moment, ReadFact } from './facts.ts'

/** The names that are asked for of one kind, as JSON, and each with what stands behind its colon. */
const ASKED = "SELECT value AS asked, substr(value, instr(value, ':') + 1) AS key FROM json_each(?1)"

/**
 * Every column that access rests on, kind by kind; a name without a row has no body. Whoever adds a column adds it to the
 * triggers of schema.sql, or to the exceptions of test/conformance/revisions.test.ts with its reason.
 */
export const FACTS_SQL: Record<FactKind, string> = {
  app: `
    SELECT asked, iif(client_id IS NULL, NULL, json_object(
        'clientId', client_id, 'organizationId', organization_id, 'redirectUris', json(redirect_uris),
        'grantTypes', json(grant_types), 'tokenEndpointAuthMethod', token_endpoint_auth_method,
        'scopes', json(scopes), 'optionalScopes', json(optional_scopes), 'visibility', visibility,
        'publisherDomain', publisher_domain, 'firstParty', first_party, 'suspendedAt', suspended_at,
        'deletedAt', deleted_at, 'grantsCountFrom', grants_count_from,
        'secrets', json((SELECT json_group_array(json_object('id', id, 'hash', secret_hash, 'expiresAt', expires_at,
                                                             'lastUsedAt', last_used_at))
                      FROM app_secrets WHERE app_secrets.client_id = apps.client_id AND deleted_at IS NULL)))) AS body
      FROM (${ASKED}) LEFT JOIN apps ON client_id = key`,
  account: `
    SELECT asked, iif(id IS NULL, NULL, json_object(
        'suspendedAt', suspended_at, 'grantsCountFrom', grants_count_from,
        'memberships', json((SELECT json_group_array(json_object('organizationId', organization_id,
                                                                 'joinedAfter', joined_after))
                               FROM members WHERE account_id = accounts.id)))) AS body
      FROM (${ASKED}) LEFT JOIN accounts ON id = key`,
  organization: `
    SELECT asked, iif(id IS NULL, NULL, json_object(
        'personal', personal_account_id IS NOT NULL, 'policy', policy, 'scopeCeiling', json(scope_ceiling),
        'suspendedAt', suspended_at, 'grantsCountFrom', grants_count_from)) AS body
      FROM (${ASKED}) LEFT JOIN organizations ON id = key`,
  decision: `
    SELECT asked, json_object(
        'decision', decision, 'scopeCeiling', json(scope_ceiling), 'expiresAt', expires_at, 'cutOffBy', removal) AS body
      FROM (SELECT asked, substr(key, 1, instr(key, '/') - 1) AS organization, substr(key, instr(key, '/') + 1) AS client
              FROM (${ASKED}))
      LEFT JOIN app_decisions ON app_decisions.organization_id = organization AND app_decisions.client_id = client
      LEFT JOIN app_cut_offs ON app_cut_offs.organization_id = organization AND app_cut_offs.client_id = client`,
  resource: `
    SELECT asked, iif(identifier IS NULL, NULL, json_object(
        'signingAlg', signing_alg, 'accessTokenTtlSeconds', access_token_ttl_seconds, 'openTo', open_to,
        'scopes', json((SELECT json_group_array(json_object('name', scopes.name, 'target', target,
                                                            'openTo', scopes.open_to))
                          FROM (SELECT name, target, open_to, resource FROM scopes ORDER BY name) AS scopes
                         WHERE scopes.resource = identifier)))) AS body
      FROM (${ASKED}) LEFT JOIN resources ON identifier = key`,
  credential: `
    SELECT asked, iif(identifier IS NULL, NULL, json_object(
        'identifier', identifier, 'secretHash', introspection_secret_hash)) AS body
      FROM (${ASKED}) LEFT JOIN resources ON introspection_id = key`,
  keys: `
    SELECT asked, (SELECT json_group_array(json_object('kid', kid, 'alg', alg, 'publicJwk', json(public_jwk)))
                    FROM signing_keys WHERE withdrawn_at IS NULL) AS body
      FROM (${ASKED})`,
  status: `
    SELECT asked, iif(id IS NULL, NULL, json_object('id', id)) AS body
      FROM (${ASKED}) LEFT JOIN token_statuses ON grant_id = key AND invalid_at IS NULL`,
}

/** Whoever asks for an app asks for its owner next. */
const OWNERS = `
  SELECT 'organization:' || organization_id AS asked
    FROM json_each(?1) JOIN apps ON client_id = substr(value, instr(value, ':') + 1)`
const OWNERS_SQL = FACTS_SQL.organization.replace(ASKED, `SELECT asked, substr(asked, 14) AS key FROM (${OWNERS})`)

function factsStatements(db: D1Database, names: readonly FactName[]): D1PreparedStatement[] {
  const kinds = Object.groupBy(names, (name) => name.slice(0, name.indexOf(':')) as FactKind)
  const read = (sql: string, asked: readonly FactName[]) =>
    statement(
      db,
      `SELECT asked AS name, body, coalesce((SELECT revision FROM changes WHERE subject = asked), 0) AS changed_at
         FROM (${sql})`,
      [JSON.stringify(asked)],
    )
  return [
    ...Object.entries(kinds).map(([kind, asked]) => read(FACTS_SQL[kind as FactKind], asked)),
    ...(kinds.app ? [read(OWNERS_SQL, kinds.app)] : []),
  ]
}

/** More changes than this since somebody last asked, and everything is read anew. */
const MOST_CHANGES = 5000

const factRow = camelKeys(z.object({ name: z.string(), body: z.string().nullable(), changed_at: z.number() }))
const changeRow = z.object({ subject: z.string(), revision: z.number() })
const stateRow = camelKeys(
  z.object({ revision: z.number(), subject: z.string(), known_now: z.number(), registered: z.number() }),
)

export interface Reading {
  /** Of the database: every change up to it can be seen. */
  newest: Moment
  /** The database is of an earlier time than what was known of it. */
  restored: boolean
  facts: ReadFact[]
  /** What changed since; null: too much to be told. */
  changes: Changes | null
  /** Whether those who change something know of this authority. */
  registered: boolean
}

/**
 * What is asked for, with what changed since, in one transaction on D1's primary. The change that was the newest known
 * tells a database that was restored, whatever changed there since.
 */
export async function readFacts(
  db: D1Database,
  authority: string,
  names: readonly FactName[],
  known: Moment,
): Promise<Reading> {
  const [state, changed, ...read] = await batch(db, [
    statement(
      db,
      `SELECT revision, subject, coalesce((SELECT revision FROM changes WHERE subject = ?2), 0) AS known_now,
              EXISTS (SELECT 1 FROM authorities WHERE name = ?1) AS registered
         FROM (SELECT revision, subject FROM changes ORDER BY revision DESC LIMIT 1)`,
      [authority, known.subject],
    ),
    statement(db, 'SELECT subject, revision FROM changes WHERE revision > ? ORDER BY revision LIMIT ?', [
      known.revision,
      MOST_CHANGES + 1,
    ]),
    ...factsStatements(db, names),
  ])
  const [found] = rowsOf(stateRow, state)
  if (!found) throw new Error('schema.sql makes the first change itself')
  const { revision, subject, knownNow, registered } = found
  const changes = rowsOf(changeRow, changed)
  return {
    newest: { revision, subject },
    restored: revision < known.revision || knownNow < known.revision,
    facts: read
      .flatMap((result) => rowsOf(factRow, result))
      .map(({ name, body, changedAt }) => ({
        name: name as FactName,
        body,
        revision,
        changedAt,
      })),
    changes: changes.length > MOST_CHANGES ? null : changesOfRows(changes),
    registered: registered === 1,
  }
}

function changesOfRows(rows: readonly z.output<typeof changeRow>[]): Changes {
  return Object.fromEntries(rows.map(({ subject, revision }) => [subject, revision]))
}
