import { z } from 'zod'
import { GRANT_TYPE_NAMES } from '../apps/grant-types.ts'
import { AUTH_METHODS } from '../apps/settings.ts'
import { AUDIENCES, SIGNING_ALGORITHMS, TARGETS } from '../catalog/catalog.ts'
import { ALGORITHMS } from '../keys/algorithms.ts'

const names = z.array(z.string())
const count = z.number()
const time = z.number().nullable()

/** A registration with its secrets, also those that have ended: they are compared with the clock when they are used. */
const app = z.object({
  clientId: z.string(),
  organizationId: z.string(),
  redirectUris: names,
  grantTypes: z.array(z.enum(GRANT_TYPE_NAMES)),
  tokenEndpointAuthMethod: z.enum(AUTH_METHODS),
  scopes: names,
  optionalScopes: names,
  visibility: z.enum(['private', 'public']),
  publisherDomain: z.string().nullable(),
  firstParty: z.number().transform((flag) => flag === 1),
  suspendedAt: time,
  deletedAt: time,
  grantsCountFrom: count,
  secrets: z.array(z.object({ id: z.string(), hash: z.string(), expiresAt: time, lastUsedAt: time })),
})

const account = z.object({
  suspendedAt: time,
  grantsCountFrom: count,
  memberships: z.array(z.object({ organizationId: z.string(), joinedAfter: count })),
})

const organization = z.object({
  personal: z.number().transform((flag) => flag === 1),
  policy: z.enum(['open', 'verified', 'approved']),
  scopeCeiling: names.nullable(),
  suspendedAt: time,
  grantsCountFrom: count,
})

/** How an organization stands to an app. Nobody decided, and nothing was cut off: nulls. */
const decision = z.object({
  decision: z.enum(['approved', 'blocked']).nullable(),
  scopeCeiling: names.nullable(),
  expiresAt: time,
  cutOffBy: count.nullable(),
})

const resource = z.object({
  signingAlg: z.enum(SIGNING_ALGORITHMS),
  accessTokenTtlSeconds: z.number().nullable(),
  openTo: z.enum(AUDIENCES),
  scopes: z.array(z.object({ name: z.string(), target: z.enum(TARGETS), openTo: z.enum(AUDIENCES) })),
})

/** What a resource authenticates with at /introspect. */
const credential = z.object({ identifier: z.string(), secretHash: z.string() })

/** The public keys that were not withdrawn. */
const keys = z.array(
  z.object({ kid: z.string(), alg: z.enum(ALGORITHMS), publicJwk: z.looseObject({ kty: z.string() }) }),
)

/** The index of a grant's access tokens in a status list. */
const status = z.object({ id: z.number() })

/** What access rests on, piece by piece: what is read, kept and forgotten together. */
export const FACTS = { app, account, organization, decision, resource, credential, keys, status }
export type FactKind = keyof typeof FACTS
export type Fact<Kind extends FactKind> = z.output<(typeof FACTS)[Kind]>

/** Names one fact; but for the status, which rests on others, it is the subject of its changes too. */
export type FactName = `${FactKind}:${string}`

export const EVERY_KEY = 'keys:all' satisfies FactName

export function decisionName(organizationId: string, clientId: string): FactName {
  return `decision:${organizationId}/${clientId}`
}

/** Milliseconds of D1's clock, and one more than the change before at least. */
export type Revision = number

/** The newest change of a database, as somebody saw it. Nobody saw any: revision 0. */
export interface Moment {
  revision: Revision
  subject: string
}

/** A subject, and when it last changed. */
export type Changes = Readonly<Record<string, Revision>>

/** A schema section was applied, or somebody wants everything read anew. */
export const EVERYTHING = 'everything'

/** A fact as it was read. */
export interface ReadFact {
  name: FactName
  /** JSON; null: there is no such thing. */
  body: string | null
  /** Of the database when it was read. */
  revision: Revision
  /** Of the last change before. */
  changedAt: Revision
}
