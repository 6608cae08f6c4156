import type { EpochSeconds } from '../lib/clock.ts'

/**
 * How often the deployment has taken access away so far. A consent remembers the count at which it was allowed, and a
 * removal is one more: exactly those consents are over whose count is smaller, however much happens in one second.
 */
export type RemovalCount = number

/** How one organization of the person stands to one app, today. */
export interface OrganizationCircumstances {
  organizationId: string
  /** The person's own organization: whoever consents is its only administrator. */
  personal: boolean
  /** Removals before the membership began, or before the organization went on: earlier consents count no more. */
  joinedAfter: RemovalCount
  policy: 'open' | 'verified' | 'approved'
  /** Null: no ceiling. */
  scopeCeiling: readonly string[] | null
  decision: {
    kind: 'approved' | 'blocked'
    scopeCeiling: readonly string[] | null
    expiresAt: EpochSeconds | null
  } | null
  /** The removal that last took the organization from the app: consents from before count no more there. */
  cutOffBy: RemovalCount | null
}

/** What holds at this moment, and decides at every token and introspection what a grant gives. */
export interface Circumstances {
  app: {
    clientId: string
    organizationId: string
    scopes: readonly string[]
    visibility: 'private' | 'public'
    publisherVerified: boolean
    firstParty: boolean
    suspended: boolean
    deleted: boolean
    ownerSuspended: boolean
  }
  accountSuspended: boolean
  /** Of the app, its owner and the account: suspensions that ended without bringing earlier consents back. */
  grantsCountFrom: RemovalCount
  memberships: readonly OrganizationCircumstances[]
  /** The catalogue, as far as this app is registered for it. */
  catalogue: readonly { name: string; resource: string; target: 'account' | 'organization' }[]
}

export type AccessRefusal =
  | 'app_deleted'
  | 'app_suspended'
  | 'account_suspended'
  | 'app_private'
  | 'consent_ended'
  | 'organization_missing'
  | 'scope_missing'

export type EffectiveAccess =
  | {
      ok: true
      scopes: readonly string[]
      organizations: readonly string[]
      /** When an approval that it rests on ends: nothing that is issued may outlive it. Null: none has an end. */
      until: EpochSeconds | null
    }
  | { ok: false; reason: AccessRefusal }

interface Granted {
  scopes: readonly string[]
  organizations: readonly string[]
  resource: string
  consentedAfter: RemovalCount
}

/** What a grant gives under the circumstances. Never more than was granted. */
export function effectiveAccess(granted: Granted, circumstances: Circumstances, now: EpochSeconds): EffectiveAccess {
  const refusal =
    findRefusal(circumstances) ?? (granted.consentedAfter < circumstances.grantsCountFrom ? 'consent_ended' : undefined)
  if (refusal) return { ok: false, reason: refusal }
  const organizations = granted.organizations.filter(
    (id) => mayReach(id, circumstances, now) && !isCutOff(id, granted.consentedAfter, circumstances),
  )
  const usable = usableScopes(granted, circumstances)
  const scopes = usable.filter((scope) => mayUse(scope, organizations, circumstances)).map((scope) => scope.name)
  if (scopes.length > 0) {
    const used = keepIfUsed(organizations, scopes, circumstances)
    return { ok: true, scopes, organizations: used, until: endOfApprovals(used, circumstances) }
  }
  const lostOrganizations = granted.organizations.length > 0 && organizations.length === 0
  return { ok: false, reason: lostOrganizations ? 'organization_missing' : 'scope_missing' }
}

function findRefusal({ app, accountSuspended, memberships }: Circumstances): AccessRefusal | undefined {
  if (app.deleted) return 'app_deleted'
  if (app.suspended || app.ownerSuspended) return 'app_suspended'
  if (accountSuspended) return 'account_suspended'
  const isMember = memberships.some((membership) => membership.organizationId === app.organizationId)
  if (app.visibility === 'private' && !isMember) return 'app_private'
  return undefined
}

/** Registered today, and in the catalogue of the resource that the grant is for. */
function usableScopes(granted: Granted, circumstances: Circumstances) {
  return circumstances.catalogue.filter(
    (scope) =>
      granted.scopes.includes(scope.name) &&
      scope.resource === granted.resource &&
      circumstances.app.scopes.includes(scope.name),
  )
}

/** Whether the organization lets this app in. */
export function mayReach(organizationId: string, circumstances: Circumstances, now: EpochSeconds): boolean {
  return refusalOf(organizationId, circumstances, now) === undefined
}

/** Approving an app again, or joining again, restores nothing silently: people consent again. */
export function isCutOff(organizationId: string, consentedAfter: RemovalCount, circumstances: Circumstances): boolean {
  const membership = findMembership(organizationId, circumstances)
  if (!membership) return true
  return consentedAfter < Math.max(membership.joinedAfter, membership.cutOffBy ?? 0)
}

export type OrganizationRefusal =
  | 'not_a_member'
  | 'blocked'
  | 'approval_ended'
  | 'needs_verified_publisher'
  | 'needs_approval'

/**
 * Why an organization does not let this app in: a decision of an administrator first, then its policy. Time alone
 * never lets an app in. Said again in SQL: src/revocation/app-refusal-store.ts.
 */
export function refusalOf(
  organizationId: string,
  circumstances: Circumstances,
  now: EpochSeconds,
): OrganizationRefusal | undefined {
  const membership = findMembership(organizationId, circumstances)
  if (!membership) return 'not_a_member'
  const { decision } = membership
  if (decision?.kind === 'blocked') return 'blocked'
  if (decision) return hasEnded(decision, now) ? 'approval_ended' : undefined
  return refusalOfPolicy(membership, circumstances.app)
}

/** Where nobody decided. */
function refusalOfPolicy(
  { organizationId, personal, policy }: OrganizationCircumstances,
  app: Circumstances['app'],
): OrganizationRefusal | undefined {
  const own = app.organizationId === organizationId
  // A stranger's private app is for its own people; whoever else lets it in does so knowingly.
  if (app.visibility === 'private' && !own && !personal) return 'needs_approval'
  if (app.firstParty || policy === 'open') return undefined
  if (policy === 'approved') return 'needs_approval'
  return own || app.publisherVerified ? undefined : 'needs_verified_publisher'
}

function findMembership(organizationId: string, { memberships }: Circumstances): OrganizationCircumstances | undefined {
  return memberships.find((candidate) => candidate.organizationId === organizationId)
}

function hasEnded({ expiresAt }: { expiresAt: EpochSeconds | null }, now: EpochSeconds): boolean {
  return expiresAt !== null && expiresAt <= now
}

/** A ceiling of one organization holds for the whole token: a token cannot say which scope is for whom. */
function mayUse(
  scope: { name: string; target: 'account' | 'organization' },
  organizations: readonly string[],
  circumstances: Circumstances,
): boolean {
  if (scope.target === 'account') return true
  if (organizations.length === 0) return false
  return organizations.every((id) => ceilingOf(id, circumstances)?.includes(scope.name) ?? true)
}

/** An approval replaces the organization's own ceiling by its own, or by none. */
function ceilingOf(organizationId: string, circumstances: Circumstances): readonly string[] | null {
  const membership = findMembership(organizationId, circumstances)
  if (!membership) return []
  return membership.decision ? membership.decision.scopeCeiling : membership.scopeCeiling
}

function endOfApprovals(organizations: readonly string[], circumstances: Circumstances): EpochSeconds | null {
  const ends = organizations
    .map((id) => findMembership(id, circumstances)?.decision?.expiresAt ?? null)
    .filter((end) => end !== null)
  return ends.length === 0 ? null : Math.min(...ends)
}

function keepIfUsed(
  organizations: readonly string[],
  scopes: readonly string[],
  circumstances: Circumstances,
): readonly string[] {
  const used = circumstances.catalogue.some((scope) => scope.target === 'organization' && scopes.includes(scope.name))
  return used ? organizations : []
}
