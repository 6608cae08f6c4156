import { DurableObject } from 'cloudflare:workers'
import { authenticateClient } from '../apps/authenticate-client.ts'
import { storedIdentifier } from '../catalog/catalog.ts'
import { type Bindings, type Config, readConfig } from '../env.ts'
import { ALGORITHMS, type Algorithm } from '../keys/algorithms.ts'
import { KeyRing } from '../keys/key-ring.ts'
import { PrivateKeysStore } from '../keys/private-keys-store.ts'
import { currentTime, currentTimeMs, type EpochSeconds } from '../lib/clock.ts'
import { StorageUnavailable } from '../lib/storage.ts'
import { STATUS_LIST_TYPE } from '../revocation/status-list.ts'
import { ACCESS_TOKEN_TYPE, accessTokenClaims } from '../tokens/access-token.ts'
import { type AccessQuestion, factNames, type KnownAccess, readAccess } from './circumstances-of-facts.ts'
import { DeadlinesStore, type Duty } from './deadlines-store.ts'
import type { Changes, FactName, Revision } from './facts.ts'
import {
  type Allowance,
  allow,
  checkGrantType,
  type GrantFacts,
  type IssueOutcome,
  type IssueQuestion,
  type KnownStatus,
  QUESTION_VERSION,
  refuseClient,
} from './issue.ts'
import { answerReading, type ReadOutcome, type ReadQuestion } from './read.ts'
import { Replica } from './replica.ts'
import { ReplicaStore } from './replica-store.ts'
import { Usage } from './usage.ts'

const DAY_MS = 86_400_000
const RETRY_MS = 60_000
/** A change while a token was being signed: what was computed is thrown away, so often. */
const MAX_ATTEMPTS = 3

/**
 * Holds private keys, and signs only what is allowed at that moment: it knows the rows that access rests on, and learns
 * of every change before the change is answered. Objects of the same class without keys answer who only asks.
 */
export class Authority extends DurableObject<Bindings> {
  private readonly config: Config
  private readonly deadlines: DeadlinesStore
  private readonly store: ReplicaStore
  private readonly usage: Usage
  private readonly rings = new Map<Algorithm, KeyRing>()
  private replica: Replica | undefined

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    this.config = readConfig(env)
    this.deadlines = new DeadlinesStore(ctx.storage)
    this.store = new ReplicaStore(ctx.storage.sql)
    this.usage = new Usage(ctx.storage.sql, (atMs) => this.deadlines.want('usage', atMs))
    void ctx.blockConcurrencyWhile(async () => {
      if ((await ctx.storage.getAlarm()) === null) this.deadlines.arm()
    })
  }

  /** One call for one token: authenticates the client, decides the effective access, and signs it. */
  async issueIfAllowed(question: IssueQuestion): Promise<IssueOutcome> {
    if (question.version !== QUESTION_VERSION) throw new Error('the question is of another version of this code')
    return orUnavailable(async () => {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const outcome = await this.tryToIssue(question, currentTime())
        if (outcome) return outcome
      }
      return { outcome: 'unavailable' }
    })
  }

  /** What somebody needs to know who verifies a token or a client: facts of this moment, and no signature. */
  async read(question: ReadQuestion): Promise<ReadOutcome> {
    const replica = this.replicaOf(question.authority)
    return orUnavailable(() => answerReading(replica, question, this.config.issuer))
  }

  /** Somebody changed something and waits to say so until everybody who might use it was told. */
  announce(authority: string, changes: Changes): void {
    this.replicaOf(authority).learn(changes)
  }

  /** For documents of ours that say nothing of anybody's access. */
  async signStatusList(shard: string, claims: string): Promise<string | null> {
    const signed = await this.ring('ES256', shard).sign(STATUS_LIST_TYPE, claims)
    return signed.ok ? signed.jwt : null
  }

  /** For whoever asks for the key set before anything was signed. */
  createFirstKey(shard: string): Promise<void> {
    return this.ring('ES256', shard).createFirst()
  }

  withdrawKey(shard: string, alg: Algorithm, kid: string, actor?: string): Promise<void> {
    return this.ring(alg, shard).withdraw(kid, actor)
  }

  rotateKey(shard: string, alg: Algorithm, actor: string) {
    return this.ring(alg, shard).rotate(actor)
  }

  /** Never throws: an alarm that throws is dropped after six tries. */
  override async alarm(): Promise<void> {
    for (const duty of this.deadlines.takeDue(currentTimeMs())) await this.perform(duty)
    this.deadlines.arm()
  }

  private async perform(duty: Duty): Promise<void> {
    try {
      await this.duties[duty](currentTime())
    } catch (error) {
      console.error(
        `${duty} of an authority waits: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`,
      )
      this.deadlines.want(duty, currentTimeMs() + RETRY_MS)
    }
  }

  private readonly duties: Record<Duty, (now: EpochSeconds) => Promise<void>> = {
    keys: async (now) => {
      const shard = this.store.name ?? ''
      for (const alg of ALGORITHMS) await this.ring(alg, shard).maintain(now)
      this.deadlines.want('keys', currentTimeMs() + DAY_MS)
    },
    usage: (now) => this.usage.deliver(this.env.DB, now),
    replica: async (now) => {
      this.store.deleteUnused(now)
      this.deadlines.want('replica', currentTimeMs() + DAY_MS)
    },
  }

  /** Undefined: something that it rests on changed meanwhile. */
  private async tryToIssue(question: IssueQuestion, now: EpochSeconds): Promise<IssueOutcome | undefined> {
    const replica = this.replicaOf(question.authority)
    const { client, grant, clientId } = question
    const appName: FactName = `app:${clientId}`
    // Whatever is missing is one trip, though the client is looked at before the grant.
    const access = grant && this.accessQuestion(question, grant)
    const along = access && grant ? [...factNames(access), statusName(grant)] : []
    const app = await replica.read([appName], () => replica.get('app', appName).value, along)
    const authentication = client ? authenticateClient(client, app, now) : ({ ok: true, secret: null } as const)
    if (!authentication.ok) return { outcome: 'refused', refusal: refuseClient(authentication) }
    if (!app)
      return { outcome: 'refused', refusal: { part: 'client', code: 'invalid_client', reason: 'client_unknown' } }
    const refusal = checkGrantType(question, app)
    if (refusal) return { outcome: 'refused', refusal }
    const allowedClient = { confidential: app.tokenEndpointAuthMethod !== 'none', grantTypes: app.grantTypes }
    if (!grant) return { outcome: 'authenticated', client: allowedClient }

    const known = access && (await readAccess(replica, access, this.config.issuer, [statusName(grant)]))
    if (!known || known.app.value !== app) return undefined
    const allowed = allow(question, grant, known.circumstances, { ...app, issuer: this.config.issuer }, now)
    if (!allowed.ok) return { outcome: 'refused', refusal: allowed.refusal }
    if (!known.resource.value) {
      return { outcome: 'refused', refusal: { part: 'request', code: 'invalid_target', reason: 'resource_unknown' } }
    }
    const status = await this.findStatus(replica, grant, known)
    const signed = await this.sign(question, grant, known.resource.value, allowed.allowance, status)
    if (!signed) return { outcome: 'elsewhere' }
    // Whatever was announced while it was signed: the answer must not carry it out.
    if (!known.restsOn.every((fact) => replica.holds(fact))) return undefined
    this.usage.count(clientId, question.grantType, now)
    if (authentication.secret) this.usage.noteSecret(authentication.secret, now)
    return { outcome: 'issued', client: allowedClient, token: { ...signed, status } }
  }

  private accessQuestion(
    { clientId, accountId }: IssueQuestion,
    { organizations, resource }: GrantFacts,
  ): AccessQuestion {
    return { clientId, accountId, organizations, resource: storedIdentifier(resource, this.config.issuer) }
  }

  private async sign(
    question: IssueQuestion,
    grant: GrantFacts,
    resource: { signingAlg: Algorithm; accessTokenTtlSeconds: number | null },
    { scopes, organizations, until }: Allowance,
    status: KnownStatus | null,
  ) {
    const { issuedAt, tokenId, accountId, clientId } = question
    const accessTokenTtlSeconds = resource.accessTokenTtlSeconds ?? this.config.accessTokenTtlSeconds
    const planned = issuedAt + accessTokenTtlSeconds
    const expiresAt = Math.min(planned, until ?? planned)
    const claims = accessTokenClaims({
      issuer: this.config.issuer,
      accountId,
      clientId,
      resource: grant.resource,
      grantId: grant.id,
      signedInAt: grant.signedInAt,
      statusId: status?.id ?? null,
      scopes,
      organizations,
      tokenId,
      issuedAt,
      expiresAt,
    })
    const signed = await this.ring(resource.signingAlg, question.authority).sign(
      ACCESS_TOKEN_TYPE,
      JSON.stringify(claims),
    )
    return signed.ok ? { jwt: signed.jwt, scopes, expiresAt, accessTokenTtlSeconds } : undefined
  }

  /**
   * The ledger's own word for it, unless something that the status rests on changed since: whoever ends the access
   * tokens of a grant changes one of these in the same batch. Where the ledger has none to say, it lost an organization,
   * and what that one decided is no part of the question any more.
   */
  private async findStatus(replica: Replica, grant: GrantFacts, { restsOn }: KnownAccess): Promise<KnownStatus | null> {
    const notBefore: Revision = Math.max(...restsOn.map(({ changedAt }) => changedAt))
    if (grant.status && grant.status.revision >= notBefore) return grant.status
    const name = statusName(grant)
    const look = () => replica.get('status', name)
    const kept = grant.status && (await replica.read([name], look))
    const { value, revision } = kept && kept.revision >= notBefore ? kept : await replica.readAgain(name, look)
    return value ? { id: value.id, revision } : null
  }

  private ring(alg: Algorithm, shard: string): KeyRing {
    const known = this.rings.get(alg)
    if (known) return known
    this.store.rememberName(shard)
    const ring = new KeyRing({
      alg,
      shard,
      store: new PrivateKeysStore(this.ctx.storage, alg),
      db: this.env.DB,
      config: this.config,
      wake: (afterSeconds) => this.deadlines.want('keys', currentTimeMs() + afterSeconds * 1000),
    })
    this.rings.set(alg, ring)
    return ring
  }

  private replicaOf(name: string): Replica {
    if (!this.replica) {
      this.store.rememberName(name)
      this.replica = new Replica({
        store: this.store,
        db: this.env.DB,
        name,
        outageMs: this.config.outageSeconds * 1000,
      })
      this.deadlines.want('replica', currentTimeMs() + DAY_MS)
    }
    return this.replica
  }
}

function statusName({ id }: GrantFacts): FactName {
  return `status:${id}`
}

/** A store that does not answer is an outcome: its class would not survive the trip. */
async function orUnavailable<T>(work: () => Promise<T>): Promise<T | { outcome: 'unavailable' }> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StorageUnavailable) return { outcome: 'unavailable' }
    throw error
  }
}
