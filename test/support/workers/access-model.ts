import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import {
  type Circumstances,
  type EffectiveAccess,
  effectiveAccess,
  type OrganizationCircumstances,
} from '../../../src/grants/effective-access.ts'
import { type Access, createAccess } from './access.ts'
import { ISSUER } from './world.ts'

/** The rows that the access of one account through one app rests on, as a plain object. */
export interface Model {
  app: {
    scopes: string[]
    visibility: 'private' | 'public'
    publisherDomain: string | null
    firstParty: boolean
    suspended: boolean
    deleted: boolean
    grantsCountFrom: number
  }
  account: { suspended: boolean; grantsCountFrom: number }
  resource: {
    openTo: 'everyone' | 'first_party'
    narrow: 'everyone' | 'first_party'
    target: 'account' | 'organization'
  }
  /** Two that a grant reaches, and the app's owner. */
  organizations: Record<Place, ModelOrganization>
}

interface ModelOrganization {
  /** Undefined: the account is no member. */
  joinedAfter: number | undefined
  policy: OrganizationCircumstances['policy']
  ceiling: string[] | null
  suspended: boolean
  grantsCountFrom: number
  decision: { kind: 'approved' | 'blocked'; ceiling: string[] | null; expiresAt: number | null } | null
  cutOffBy: number | null
}

const PLACES = ['first', 'second', 'owner'] as const
type Place = (typeof PLACES)[number]

/** Names of the world that a model is about. */
export interface Names extends Access {
  organizations: Record<Place, string>
}

/** How often access was taken away in this deployment: a removal is one more. */
export const removals = (): Promise<number> =>
  env.DB.prepare('SELECT count FROM access_removals')
    .first<number>('count')
    .then((count) => count ?? 0)

export async function createModel(): Promise<{ names: Names; model: Model }> {
  const access = await createAccess()
  const second = `${access.organizationId}_s`
  await env.DB.batch([
    env.DB.prepare("INSERT INTO organizations (id, name, slug, created_at) VALUES (?1, 'Second', ?1, 0)").bind(second),
    env.DB.prepare(
      "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'member', 0)",
    ).bind(second, access.accountId),
  ])
  const organizations = { first: access.organizationId, second, owner: `${access.organizationId}_m` }
  const { consentedAfter } = access
  const organization = (joinedAfter: number | undefined): ModelOrganization => ({
    joinedAfter,
    policy: 'open',
    ceiling: null,
    suspended: false,
    grantsCountFrom: 0,
    decision: null,
    cutOffBy: null,
  })
  const model: Model = {
    app: {
      scopes: Object.values(access.scopes),
      visibility: 'public',
      publisherDomain: null,
      firstParty: false,
      suspended: false,
      deleted: false,
      grantsCountFrom: 0,
    },
    account: { suspended: false, grantsCountFrom: 0 },
    resource: { openTo: 'everyone', narrow: 'everyone', target: 'organization' },
    organizations: {
      first: organization(consentedAfter),
      second: organization(consentedAfter),
      owner: organization(undefined),
    },
  }
  return { names: { ...access, organizations }, model }
}

const flag = fc.boolean()
const opening = fc.constantFrom('everyone' as const, 'first_party' as const)
/** Which of the scopes; a name that is none of them as well. */
const subset = fc.subarray(['read', 'write', 'profile', 'none'] as const)
const ceiling = fc.option(subset)
/** Before the consent, at it, or after it. */
const count = fc.constantFrom(-1, 0, 1)
const place = fc.constantFrom(...PLACES)
const end = fc.option(fc.integer({ min: -2, max: 8 }))

/** One change, of names and times that are relative to the world. */
export const change = fc.oneof(
  fc.record({ kind: fc.constant('app.scopes' as const), scopes: subset }),
  fc.record({
    kind: fc.constant('app.visibility' as const),
    visibility: fc.constantFrom('private' as const, 'public' as const),
  }),
  fc.record({ kind: fc.constant('app.publisher' as const), verified: flag }),
  fc.record({ kind: fc.constant('app.firstParty' as const), flag }),
  fc.record({ kind: fc.constant('app.suspended' as const), flag }),
  fc.record({ kind: fc.constant('app.deleted' as const), flag }),
  fc.record({ kind: fc.constant('app.count' as const), count }),
  fc.record({ kind: fc.constant('account.suspended' as const), flag }),
  fc.record({ kind: fc.constant('account.count' as const), count }),
  fc.record({ kind: fc.constant('resource.open' as const), opening }),
  fc.record({ kind: fc.constant('scope.open' as const), opening }),
  fc.record({
    kind: fc.constant('scope.target' as const),
    target: fc.constantFrom('account' as const, 'organization' as const),
  }),
  fc.record({
    kind: fc.constant('policy' as const),
    place,
    policy: fc.constantFrom('open' as const, 'verified' as const, 'approved' as const),
  }),
  fc.record({ kind: fc.constant('ceiling' as const), place, ceiling }),
  fc.record({ kind: fc.constant('organization.suspended' as const), place, flag }),
  fc.record({ kind: fc.constant('organization.count' as const), place, count }),
  fc.record({
    kind: fc.constant('decide' as const),
    place,
    decision: fc.constantFrom('approved' as const, 'blocked' as const),
    ceiling,
    end,
  }),
  fc.record({ kind: fc.constant('withdraw' as const), place }),
  fc.record({ kind: fc.constant('cutOff' as const), place, count }),
  fc.record({ kind: fc.constant('join' as const), place }),
  fc.record({ kind: fc.constant('leave' as const), place }),
)
export type Change = typeof change extends fc.Arbitrary<infer One> ? One : never

/** The present once more, after the change: the same in SQL and in the model. */
export async function perform(names: Names, model: Model, one: Change, now: number): Promise<Model> {
  const next = structuredClone(model)
  const run = (sql: string, ...values: (string | number | null)[]) =>
    env.DB.prepare(sql)
      .bind(...values)
      .run()
  const scopesOf = (chosen: readonly string[]) =>
    chosen.map((name) => names.scopes[name as keyof Access['scopes']] ?? 'none:none')
  const limited = (chosen: readonly string[] | null) => (chosen ? scopesOf(chosen) : null)
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value))
  const counted = (relative: number) => Math.max(0, names.consentedAfter + relative)
  const setApp = (column: string, value: string | number | null) =>
    run(`UPDATE apps SET ${column} = ? WHERE client_id = ?`, value, names.clientId)
  const setAccount = (column: string, value: number | null) =>
    run(`UPDATE accounts SET ${column} = ? WHERE id = ?`, value, names.accountId)
  const setOrganization = (at: Place, column: string, value: string | number | null) =>
    run(`UPDATE organizations SET ${column} = ? WHERE id = ?`, value, names.organizations[at])

  switch (one.kind) {
    case 'app.scopes':
      next.app.scopes = scopesOf(one.scopes)
      await setApp('scopes', json(next.app.scopes))
      break
    case 'app.visibility':
      next.app.visibility = one.visibility
      await setApp('visibility', one.visibility)
      break
    case 'app.publisher':
      next.app.publisherDomain = one.verified ? 'example.com' : null
      await setApp('publisher_domain', next.app.publisherDomain)
      break
    case 'app.firstParty':
      next.app.firstParty = one.flag
      await setApp('first_party', Number(one.flag))
      break
    case 'app.suspended':
      next.app.suspended = one.flag
      await setApp('suspended_at', one.flag ? 1 : null)
      break
    case 'app.deleted':
      next.app.deleted = one.flag
      await setApp('deleted_at', one.flag ? 1 : null)
      break
    case 'app.count':
      next.app.grantsCountFrom = counted(one.count)
      await setApp('grants_count_from', next.app.grantsCountFrom)
      break
    case 'account.suspended':
      next.account.suspended = one.flag
      await setAccount('suspended_at', one.flag ? 1 : null)
      break
    case 'account.count':
      next.account.grantsCountFrom = counted(one.count)
      await setAccount('grants_count_from', next.account.grantsCountFrom)
      break
    case 'resource.open':
      next.resource.openTo = one.opening
      await run('UPDATE resources SET open_to = ? WHERE identifier = ?', one.opening, names.resource)
      break
    case 'scope.open':
      next.resource.narrow = one.opening
      await run('UPDATE scopes SET open_to = ? WHERE name = ?', one.opening, names.scopes.write)
      break
    case 'scope.target':
      next.resource.target = one.target
      await run('UPDATE scopes SET target = ? WHERE name = ?', one.target, names.scopes.write)
      break
    case 'policy':
      next.organizations[one.place].policy = one.policy
      await setOrganization(one.place, 'policy', one.policy)
      break
    case 'ceiling':
      next.organizations[one.place].ceiling = limited(one.ceiling)
      await setOrganization(one.place, 'scope_ceiling', json(limited(one.ceiling)))
      break
    case 'organization.suspended':
      next.organizations[one.place].suspended = one.flag
      await setOrganization(one.place, 'suspended_at', one.flag ? 1 : null)
      break
    case 'organization.count':
      next.organizations[one.place].grantsCountFrom = counted(one.count)
      await setOrganization(one.place, 'grants_count_from', counted(one.count))
      break
    case 'decide': {
      const expiresAt = one.end === null ? null : now + one.end
      next.organizations[one.place].decision = { kind: one.decision, ceiling: limited(one.ceiling), expiresAt }
      await run(
        `INSERT INTO app_decisions (organization_id, client_id, decision, scope_ceiling, expires_at, decided_by, decided_at)
         VALUES (?, ?, ?, ?, ?, '', 0)
         ON CONFLICT DO UPDATE SET decision = excluded.decision, scope_ceiling = excluded.scope_ceiling,
           expires_at = excluded.expires_at`,
        names.organizations[one.place],
        names.clientId,
        one.decision,
        json(limited(one.ceiling)),
        expiresAt,
      )
      break
    }
    case 'withdraw':
      next.organizations[one.place].decision = null
      await run(
        'DELETE FROM app_decisions WHERE organization_id = ? AND client_id = ?',
        names.organizations[one.place],
        names.clientId,
      )
      break
    case 'cutOff':
      next.organizations[one.place].cutOffBy = counted(one.count)
      await run(
        `INSERT INTO app_cut_offs (organization_id, client_id, removal) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET removal = excluded.removal`,
        names.organizations[one.place],
        names.clientId,
        counted(one.count),
      )
      break
    case 'join':
      next.organizations[one.place].joinedAfter ??= await removals()
      await run(
        `INSERT INTO members (organization_id, account_id, role, created_at) SELECT ?1, ?2, 'member', 0
          WHERE NOT EXISTS (SELECT 1 FROM members WHERE organization_id = ?1 AND account_id = ?2)`,
        names.organizations[one.place],
        names.accountId,
      )
      break
    case 'leave':
      next.organizations[one.place].joinedAfter = undefined
      await run(
        'DELETE FROM members WHERE organization_id = ? AND account_id = ?',
        names.organizations[one.place],
        names.accountId,
      )
      break
  }
  return next
}

/** A grant of both organizations, with all scopes. */
export function grantOf({ scopes, organizations, resource, consentedAfter }: Names) {
  return {
    scopes: Object.values(scopes),
    organizations: [organizations.first, organizations.second],
    resource: ISSUER + resource,
    consentedAfter,
  }
}

export function circumstancesOf(names: Names, { app, account, resource, organizations }: Model): Circumstances {
  const open = (to: 'everyone' | 'first_party') => app.firstParty || to === 'everyone'
  const { read, write, profile } = names.scopes
  const catalogue = [
    { name: profile, target: 'account' as const, opened: true },
    { name: read, target: 'organization' as const, opened: true },
    { name: write, target: resource.target, opened: open(resource.narrow) },
  ]
  return {
    app: {
      clientId: names.clientId,
      organizationId: names.organizations.owner,
      scopes: app.scopes,
      visibility: app.visibility,
      publisherVerified: app.publisherDomain !== null,
      firstParty: app.firstParty,
      suspended: app.suspended,
      deleted: app.deleted,
      ownerSuspended: organizations.owner.suspended,
    },
    accountSuspended: account.suspended,
    grantsCountFrom: Math.max(app.grantsCountFrom, account.grantsCountFrom, organizations.owner.grantsCountFrom),
    memberships: PLACES.flatMap((at) => membershipOf(names.organizations[at], organizations[at])),
    catalogue: catalogue
      .filter(({ name, opened }) => opened && open(resource.openTo) && app.scopes.includes(name))
      .map(({ name, target }) => ({ name, target, resource: ISSUER + names.resource })),
  }
}

function membershipOf(organizationId: string, model: ModelOrganization): OrganizationCircumstances[] {
  const { joinedAfter, policy, ceiling: scopeCeiling, suspended, grantsCountFrom, decision, cutOffBy } = model
  if (joinedAfter === undefined || suspended) return []
  return [
    {
      organizationId,
      personal: false,
      joinedAfter: Math.max(joinedAfter, grantsCountFrom),
      policy,
      scopeCeiling,
      decision: decision && { kind: decision.kind, scopeCeiling: decision.ceiling, expiresAt: decision.expiresAt },
      cutOffBy,
    },
  ]
}

/** What may be signed, in an order that says nothing. */
export function allowedBy(names: Names, circumstances: Circumstances, now: number) {
  return inOrder(effectiveAccess(grantOf(names), circumstances, now))
}

export function inOrder(access: EffectiveAccess) {
  if (!access.ok) return { refused: access.reason }
  return {
    scopes: access.scopes.toSorted(),
    organizations: access.organizations.toSorted(),
    until: access.until,
  }
}
