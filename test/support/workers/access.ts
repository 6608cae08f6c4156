import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { authorityStub } from '../../../src/authority/authority-stub.ts'
import {
  type GrantFacts,
  type IssueOutcome,
  type IssueQuestion,
  QUESTION_VERSION,
} from '../../../src/authority/issue.ts'
import { currentTime } from '../../../src/lib/clock.ts'
import { randomId } from '../../../src/lib/random.ts'
import { ISSUER } from './world.ts'

/** A grant of one organization to an app, with every row that it rests on, and no ledger. */
export interface Access {
  clientId: string
  accountId: string
  organizationId: string
  /** A path of the issuer, as it is stored. */
  resource: string
  scopes: { read: string; write: string; profile: string }
  grantId: string
  consentedAfter: number
  statusId: number
}

/** Who signs. */
export const SIGNER = 'weur'

export async function createAccess(): Promise<Access> {
  const name = randomId('x').toLowerCase()
  const [clientId, accountId, organizationId, grantId] = [`app_${name}`, `acc_${name}`, `org_${name}`, `grant_${name}`]
  const resource = `/${name}`
  const scopes = { read: `${name}:read`, write: `${name}:write`, profile: `${name}:profile` }
  const insert = (sql: string, ...values: (string | number)[]) => env.DB.prepare(sql).bind(...values)
  const scope = 'INSERT INTO scopes (name, resource, title, description, target) VALUES (?, ?, ?, ?, ?)'
  await env.DB.batch([
    insert("INSERT INTO resources (identifier, name, created_at) VALUES (?, 'An API', 0)", resource),
    insert(scope, scopes.read, resource, 'Read', 'Read.', 'organization'),
    insert(scope, scopes.write, resource, 'Write', 'Write.', 'organization'),
    insert(scope, scopes.profile, resource, 'Profile', 'Profile.', 'account'),
    insert('INSERT INTO accounts (id, email, created_at) VALUES (?, ?, 0)', accountId, `${name}@example.com`),
    insert("INSERT INTO organizations (id, name, slug, created_at) VALUES (?, 'Acme', ?, 0)", organizationId, name),
    insert(
      "INSERT INTO organizations (id, name, slug, created_at) VALUES (?, 'Maker', ?, 0)",
      `${organizationId}_m`,
      `${name}-m`,
    ),
    insert(
      "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'member', 0)",
      organizationId,
      accountId,
    ),
    insert(
      `INSERT INTO apps (client_id, organization_id, client_name, redirect_uris, grant_types, token_endpoint_auth_method,
         scopes, optional_scopes, visibility, created_at, updated_at)
       VALUES (?, ?, 'App', '["https://app.example/"]', '["authorization_code","refresh_token"]', 'none', ?, '[]', 'public', 0, 0)`,
      clientId,
      `${organizationId}_m`,
      JSON.stringify(Object.values(scopes)),
    ),
  ])
  const consentedAfter = (await env.DB.prepare('SELECT count FROM access_removals').first<number>('count')) ?? 0
  const statusId = await env.DB.prepare(
    `INSERT INTO token_statuses (grant_id, account_id, client_id, organizations, scopes, version, consented_after)
     VALUES (?, ?, ?, ?, ?, 1, ?) RETURNING id`,
  )
    .bind(
      grantId,
      accountId,
      clientId,
      JSON.stringify([organizationId]),
      JSON.stringify(Object.values(scopes)),
      consentedAfter,
    )
    .first<number>('id')
  return { clientId, accountId, organizationId, resource, scopes, grantId, consentedAfter, statusId: statusId ?? 0 }
}

export function newestRevision(): Promise<number> {
  return env.DB.prepare('SELECT max(revision) AS revision FROM changes')
    .first<number>('revision')
    .then((revision) => revision ?? 0)
}

export function questionAbout(access: Access, facts: Partial<GrantFacts> = {}): IssueQuestion {
  const { clientId, accountId, organizationId, resource, scopes, grantId, consentedAfter, statusId } = access
  return {
    version: QUESTION_VERSION,
    authority: SIGNER,
    client: null,
    clientId,
    accountId,
    grantType: 'refresh_token',
    grant: {
      id: grantId,
      clientId,
      scopes: Object.values(scopes),
      organizations: [organizationId],
      resource: ISSUER + resource,
      consentedAfter,
      signedInAt: 0,
      redirectUri: 'https://app.example/',
      // Newer than any change: the index is not what most of these tests are about.
      status: { id: statusId, revision: Number.MAX_SAFE_INTEGER },
      ...facts,
    },
    requestedScopes: undefined,
    requestedResource: undefined,
    within: undefined,
    tokenId: randomId('tok'),
    issuedAt: currentTime(),
  }
}

export async function ask(question: IssueQuestion): Promise<IssueOutcome> {
  return authorityStub(env, question.authority).issueIfAllowed(question)
}

/** What a token of this outcome says, or why there is none. */
export async function tokenOf(access: Access, facts: Partial<GrantFacts> = {}) {
  const outcome = await ask(questionAbout(access, facts))
  if (outcome.outcome !== 'issued')
    return { refused: outcome.outcome === 'refused' ? outcome.refusal.reason : outcome.outcome }
  const {
    organizations = [],
    scope,
    status,
  } = decodeJwt<{
    organizations?: string[]
    scope: string
    status: { status_list: { idx: number } }
  }>(outcome.token.jwt)
  return { scopes: scope.split(' '), organizations, index: status.status_list.idx }
}
