import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type Circumstances,
  effectiveAccess,
  type OrganizationCircumstances,
} from '../../src/grants/effective-access.ts'

const SCOPES = ['projects:read', 'projects:write', 'profile:read']
const RESOURCE = 'https://api.example'
const ORGANIZATIONS = ['org_own', 'org_acme', 'org_other']

const time = fc.integer({ min: 0, max: 60 })
const removal = fc.integer({ min: 0, max: 4 })
const ceiling = fc.option(fc.subarray(SCOPES))
const decision = fc.oneof(
  fc.constant(null),
  fc.record({ kind: fc.constant('blocked' as const), scopeCeiling: fc.constant(null), expiresAt: fc.constant(null) }),
  fc.record({ kind: fc.constant('approved' as const), scopeCeiling: ceiling, expiresAt: fc.option(time) }),
)
const membership = (organizationId: string): fc.Arbitrary<OrganizationCircumstances> =>
  fc.record({
    organizationId: fc.constant(organizationId),
    personal: fc.boolean(),
    joinedAfter: removal,
    policy: fc.constantFrom('open', 'verified', 'approved'),
    scopeCeiling: ceiling,
    decision,
    cutOffBy: fc.option(removal),
  })
const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  app: fc.record({
    clientId: fc.constant('app_1'),
    organizationId: fc.constant('org_own'),
    scopes: fc.subarray(SCOPES),
    visibility: fc.constantFrom('private', 'public'),
    publisherVerified: fc.boolean(),
    firstParty: fc.boolean(),
    suspended: fc.constant(false),
    deleted: fc.constant(false),
    ownerSuspended: fc.constant(false),
  }),
  accountSuspended: fc.constant(false),
  removals: fc.constant(4),
  grantsCountFrom: removal,
  memberships: fc.tuple(...ORGANIZATIONS.map(membership)).chain((all) => fc.subarray(all)),
  catalogue: fc.constant(
    SCOPES.map((name) => ({
      name,
      resource: RESOURCE,
      target: name === 'profile:read' ? ('account' as const) : ('organization' as const),
    })),
  ),
})
const granted = fc.record({
  scopes: fc.subarray(SCOPES, { minLength: 1 }),
  organizations: fc.subarray(ORGANIZATIONS),
  resource: fc.constant(RESOURCE),
  consentedAfter: removal,
})
type Granted = typeof granted extends fc.Arbitrary<infer Value> ? Value : never

/** Which scopes reach one organization by a grant for it alone: a limit is an organization's own. */
function allowedIn(organization: string, grant: Granted, state: Circumstances, now: number): string[] {
  const effective = effectiveAccess({ ...grant, organizations: [organization] }, state, now)
  if (!effective.ok || !effective.organizations.includes(organization)) return []
  return effective.scopes.filter((scope) => scope !== 'profile:read')
}

const RUNS = { numRuns: 3000 }

it('allows nobody more only because time went by', () => {
  let limitedByTime = 0
  fc.assert(
    fc.property(granted, circumstances, time, time, fc.constantFrom(...ORGANIZATIONS), (grant, state, one, two, id) => {
      const before = allowedIn(id, grant, state, Math.min(one, two))
      const later = allowedIn(id, grant, state, Math.max(one, two))
      if (later.length < before.length) limitedByTime++
      expect(before).toEqual(expect.arrayContaining(later))
    }),
    RUNS,
  )
  expect(limitedByTime).toBeGreaterThan(0) // control: approvals did end
})

it('never exceeds what was consented to, nor the ceiling of any organization in the token', () => {
  let tokens = 0
  fc.assert(
    fc.property(granted, circumstances, time, (grant, state, now) => {
      const effective = effectiveAccess(grant, state, now)
      if (!effective.ok) return
      tokens++
      expect(grant.consentedAfter).toBeGreaterThanOrEqual(state.grantsCountFrom)
      expect(grant.scopes).toEqual(expect.arrayContaining([...effective.scopes]))
      expect(grant.organizations).toEqual(expect.arrayContaining([...effective.organizations]))
      for (const id of effective.organizations) {
        const own = state.memberships.find(({ organizationId }) => organizationId === id)!
        const limit = own.decision ? own.decision.scopeCeiling : own.scopeCeiling
        const above = effective.scopes.filter((scope) => scope !== 'profile:read' && limit && !limit.includes(scope))
        expect(above).toEqual([])
        expect(grant.consentedAfter).toBeGreaterThanOrEqual(Math.max(own.joinedAfter, own.cutOffBy ?? 0))
      }
    }),
    RUNS,
  )
  expect(tokens).toBeGreaterThan(100) // control
})

it('issues nothing that outlives the approval it rests on', () => {
  fc.assert(
    fc.property(granted, circumstances, time, (grant, state, now) => {
      const effective = effectiveAccess(grant, state, now)
      if (!effective.ok || effective.until === null) return
      expect(effective.until).toBeGreaterThan(now)
    }),
    RUNS,
  )
})
