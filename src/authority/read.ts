import { authenticateClient, type ClientAuthentication, type PresentedClient } from '../apps/authenticate-client.ts'
import { absoluteIdentifier, storedIdentifier } from '../catalog/catalog.ts'
import type { Circumstances } from '../grants/effective-access.ts'
import type { VerificationKey } from '../keys/keys-store.ts'
import { currentTime, currentTimeMs } from '../lib/clock.ts'
import { equalInConstantTime } from '../lib/encoding.ts'
import { type AccessQuestion, factNames, readAccess } from './circumstances-of-facts.ts'
import { EVERY_KEY, type FactName } from './facts.ts'
import type { Replica } from './replica.ts'

export interface ReadQuestion {
  /** The object that is asked, by its name. */
  authority: string
  /** Who asks at /introspect: a resource by its own credentials, or an app. */
  caller?: PresentedClient
  /** Whose access: `resource` as the token says it. */
  access?: AccessQuestion
  /** The key that the token names. */
  kid?: string
}

/** Who asks: a protected resource with its own credentials, or a confidential app. */
export type KnownCaller =
  | { kind: 'resource'; identifier: string; authenticated: boolean }
  | { kind: 'app'; clientId: string; authentication: ClientAuthentication; grantTypes: readonly string[] }

export type ReadOutcome =
  | { outcome: 'read'; caller?: KnownCaller; access?: { circumstances: Circumstances }; key?: VerificationKey }
  | { outcome: 'unavailable' }

/** A `kid` that nobody knows is looked for again, but not more often than this. */
const UNKNOWN_KEY_MS = 1000

export async function answerReading(replica: Replica, question: ReadQuestion, issuer: string): Promise<ReadOutcome> {
  const { caller, kid } = question
  const access = question.access && {
    ...question.access,
    resource: storedIdentifier(question.access.resource, issuer),
  }
  // Asked for in one turn, what is missing is one trip. Of a token that no key of ours signed, nothing is looked up.
  const [known, key] = await Promise.all([
    caller && knowCaller(replica, caller, issuer),
    kid === undefined ? undefined : findKey(replica, kid, access ? factNames(access) : []),
  ])
  const knownAccess = access && (kid === undefined || key) ? await readAccess(replica, access, issuer) : undefined
  return {
    outcome: 'read',
    ...(known && { caller: known }),
    ...(knownAccess && { access: { circumstances: knownAccess.circumstances } }),
    ...(key && { key }),
  }
}

function knowCaller(replica: Replica, presented: PresentedClient, issuer: string): Promise<KnownCaller> {
  const { clientId, secretHash } = presented
  const [credentialName, appName]: [FactName, FactName] = [`credential:${clientId}`, `app:${clientId}`]
  return replica.read([credentialName, appName], () => {
    const credential = replica.get('credential', credentialName).value
    if (credential) {
      const authenticated = secretHash !== null && equalInConstantTime(secretHash, credential.secretHash)
      return { kind: 'resource', identifier: absoluteIdentifier(credential.identifier, issuer), authenticated }
    }
    const app = replica.get('app', appName).value
    const authentication = authenticateClient(presented, app, currentTime())
    return { kind: 'app', clientId, authentication, grantTypes: app?.grantTypes ?? [] }
  })
}

/** A key is published before it signs, but nobody announces it. */
async function findKey(
  replica: Replica,
  kid: string,
  along: readonly FactName[],
): Promise<VerificationKey | undefined> {
  const find = () => replica.get('keys', EVERY_KEY).value?.find((key) => key.kid === kid)
  const known = await replica.readPublic(EVERY_KEY, find, along)
  return known || !mayLookAgain(replica) ? known : replica.readAgain(EVERY_KEY, find)
}

const lookedAgainAt = new WeakMap<Replica, number>()

function mayLookAgain(replica: Replica): boolean {
  const now = currentTimeMs()
  if (Math.abs(now - (lookedAgainAt.get(replica) ?? 0)) < UNKNOWN_KEY_MS) return false
  lookedAgainAt.set(replica, now)
  return true
}
