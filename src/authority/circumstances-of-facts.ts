import { absoluteIdentifier } from '../catalog/catalog.ts'
import type { Circumstances, OrganizationCircumstances } from '../grants/effective-access.ts'
import { decisionName, type Fact, type FactName } from './facts.ts'
import type { KnownFact, Replica } from './replica.ts'

/** Whose access is asked about: an app, for an account, in organizations, at a resource as it is stored. */
export interface AccessQuestion {
  clientId: string
  accountId: string
  organizations: readonly string[]
  resource: string
}

/** The facts that such access rests on, as names; the owner of the app is read with the app. */
export function factNames({ clientId, accountId, organizations, resource }: AccessQuestion): FactName[] {
  return [
    `app:${clientId}`,
    `account:${accountId}`,
    `resource:${resource}`,
    ...organizations.flatMap((id): FactName[] => [`organization:${id}`, decisionName(id, clientId)]),
  ]
}

export interface KnownAccess {
  app: KnownFact<'app'> & { value: Fact<'app'> }
  account: KnownFact<'account'>
  resource: KnownFact<'resource'>
  /** Everything that was looked at: it must still hold when the answer leaves. */
  restsOn: readonly KnownFact[]
  circumstances: Circumstances
}

/** Reads what is missing, then looks at all of it in one synchronous step. Undefined: there is no such app. */
export async function readAccess(
  replica: Replica,
  question: AccessQuestion,
  issuer: string,
  along: readonly FactName[] = [],
): Promise<KnownAccess | undefined> {
  const names = factNames(question)
  const owner = await replica.read(names, () => ownerOf(replica, question), along)
  return replica.read([...names, ...owner], () => lookAt(replica, question, issuer), along)
}

function ownerOf(replica: Replica, { clientId }: AccessQuestion): FactName[] {
  const app = replica.get('app', `app:${clientId}`).value
  return app ? [`organization:${app.organizationId}`] : []
}

function lookAt(replica: Replica, question: AccessQuestion, issuer: string): KnownAccess | undefined {
  const { clientId, accountId, organizations, resource: identifier } = question
  const app = replica.get('app', `app:${clientId}`)
  if (!app.value) return undefined
  const owner = replica.get('organization', `organization:${app.value.organizationId}`)
  const account = replica.get('account', `account:${accountId}`)
  const resource = replica.get('resource', `resource:${identifier}`)
  const reached = organizations.map((id) => ({
    id,
    organization: replica.get('organization', `organization:${id}`),
    decision: replica.get('decision', decisionName(id, clientId)),
  }))
  const own = { id: app.value.organizationId, organization: owner, decision: undefined }
  const looked = reached.some(({ id }) => id === own.id) ? reached : [...reached, own]
  return {
    app: { ...app, value: app.value },
    account,
    resource,
    restsOn: [
      app,
      owner,
      account,
      resource,
      ...reached.flatMap(({ organization, decision }) => [organization, decision]),
    ],
    circumstances: {
      app: circumstancesOfApp(clientId, app.value, owner.value),
      accountSuspended: account.value === undefined || account.value.suspendedAt !== null,
      grantsCountFrom: Math.max(
        app.value.grantsCountFrom,
        owner.value?.grantsCountFrom ?? 0,
        account.value?.grantsCountFrom ?? 0,
      ),
      memberships: looked.flatMap(({ id, organization, decision }) =>
        circumstancesOfOrganization(id, account.value, organization.value, decision?.value),
      ),
      catalogue: catalogueOf(app.value, absoluteIdentifier(identifier, issuer), resource.value),
    },
  }
}

function circumstancesOfApp(
  clientId: string,
  app: Fact<'app'>,
  owner: Fact<'organization'> | undefined,
): Circumstances['app'] {
  return {
    clientId,
    organizationId: app.organizationId,
    scopes: [...app.scopes, ...app.optionalScopes],
    visibility: app.visibility,
    publisherVerified: app.publisherDomain !== null,
    firstParty: app.firstParty,
    suspended: app.suspendedAt !== null,
    deleted: app.deletedAt !== null,
    ownerSuspended: owner === undefined || owner.suspendedAt !== null,
  }
}

/** One, or none: the account is no member, or the organization is suspended. */
function circumstancesOfOrganization(
  organizationId: string,
  account: Fact<'account'> | undefined,
  organization: Fact<'organization'> | undefined,
  decision: Fact<'decision'> | undefined,
): OrganizationCircumstances[] {
  const membership = account?.memberships.find((candidate) => candidate.organizationId === organizationId)
  if (!membership || !organization || organization.suspendedAt !== null) return []
  return [
    {
      organizationId,
      personal: organization.personal,
      joinedAfter: Math.max(membership.joinedAfter, organization.grantsCountFrom),
      policy: organization.policy,
      scopeCeiling: organization.scopeCeiling,
      decision: decision?.decision
        ? { kind: decision.decision, scopeCeiling: decision.scopeCeiling, expiresAt: decision.expiresAt }
        : null,
      cutOffBy: decision?.cutOffBy ?? null,
    },
  ]
}

/** The scopes of the resource that the app is registered for and may have. */
function catalogueOf(
  { scopes, optionalScopes, firstParty }: Fact<'app'>,
  identifier: string,
  resource: Fact<'resource'> | undefined,
): Circumstances['catalogue'] {
  if (!resource) return []
  const registered = new Set([...scopes, ...optionalScopes])
  const open = (openTo: 'everyone' | 'first_party') => firstParty || openTo === 'everyone'
  return resource.scopes
    .filter(({ name, openTo }) => registered.has(name) && open(openTo) && open(resource.openTo))
    .map(({ name, target }) => ({ name, resource: identifier, target }))
}
