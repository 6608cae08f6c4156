import { currentTime, currentTimeMs } from '../lib/clock.ts'
import { StorageUnavailable } from '../lib/storage.ts'
import { raiseEverything, registerAuthority } from './authorities-store.ts'
import {
  type Changes,
  EVERYTHING,
  FACTS,
  type Fact,
  type FactKind,
  type FactName,
  type Moment,
  type ReadFact,
  type Revision,
} from './facts.ts'
import { type Reading, readFacts } from './facts-store.ts'
import type { ReplicaStore } from './replica-store.ts'

/** Asked D1 less than this ago: nothing is asked. */
const FRESH_MS = 2500
/** Up to this old it is used while D1 is asked again; older, it is asked first. This is what an unannounced change waits. */
const USABLE_MS = 5000
/** So long a request waits for D1 to say that nothing changed; then only an outage is left as the reason. */
const PATIENCE_MS = 1000
const MAX_ATTEMPTS = 5
const MAX_PARSED = 20_000
/** More that was heard and not asked about: it is read anew when somebody needs it. */
const MAX_HEARD = 10_000

/** A fact that is true as far as anybody has told. */
export interface KnownFact<Kind extends FactKind = FactKind> {
  name: FactName
  /** Undefined: there is no such thing. */
  value: Fact<Kind> | undefined
  revision: Revision
  changedAt: Revision
}

interface Home {
  store: ReplicaStore
  db: D1Database
  /** Of the object, as those who announce find it. */
  name: string
  /** How old knowledge may be while D1 does not answer. */
  outageMs: number
}

interface Answer extends Reading {
  askedAtMs: number
  epoch: number
}

interface Trip {
  names: Set<FactName>
  beganAtMs: number
  done: Promise<void>
}

/**
 * The rows of D1 that access rests on, as far as they were asked for. A fact is used only if nothing newer is known
 * about it: from D1's own answers, asked at least every five seconds, or from whoever changed it. What is known moves
 * forward by D1's answers alone; an announcement only takes facts away.
 */
export class Replica {
  private readonly home: Home
  private readonly parsed = new Map<FactName, KnownFact>()
  /** Newer revisions than D1's last answer said, and those that a reading on its way may have missed. */
  private readonly heard = new Map<string, Revision>()
  private readonly reading = new Map<FactName, Promise<void>>()
  private readonly trips = new Set<Trip>()
  private gathering: Trip | undefined
  /** Raised when everything is forgotten: what was asked before says nothing any more. */
  private epoch = 0
  private known: Moment
  /** When the question was asked whose answer says what is known. Nothing is known at first. */
  private askedAtMs = Number.NEGATIVE_INFINITY
  private registered: boolean

  constructor(home: Home) {
    this.home = home
    this.known = home.store.known
    // Whoever asked before is in the table.
    this.registered = this.known.revision > 0
  }

  /**
   * Looks at facts that are current, read from D1 where none is kept: in one synchronous step, so that what is found
   * together was true together. `along` is read too if D1 has to be asked anyway. Throws {@link StorageUnavailable}.
   */
  async read<T>(names: readonly FactName[], look: () => T, along: readonly FactName[] = []): Promise<T> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const missing = names.filter((name) => this.find(name) === undefined)
      if (missing.length > 0) await this.readAll([...missing, ...along.filter((name) => this.isWantedAlong(name))])
      // Also after that: an answer that was long under way says what was true long ago.
      await this.catchUp()
      if (names.every((name) => this.find(name) !== undefined)) return look()
    }
    throw new StorageUnavailable('D1', 'what was read changed each time')
  }

  /** A status rests on what is missing: it is older than that will be. */
  private isWantedAlong(name: FactName): boolean {
    return name.startsWith('status:') || this.find(name) === undefined
  }

  /** One of those that were asked for, for {@link Replica.read}'s `look`. */
  get<Kind extends FactKind>(kind: Kind, name: FactName): KnownFact<Kind> {
    const fact = this.find(name)
    if (!fact || !name.startsWith(`${kind}:`)) throw new Error(`${name} was not asked for`)
    return fact as KnownFact<Kind>
  }

  /** Whether a fact that was used a moment ago is still true. */
  holds({ name, revision }: Pick<KnownFact, 'name' | 'revision'>): boolean {
    const present = this.find(name)
    return present !== undefined && present.changedAt <= revision
  }

  /** For what is public and never changes: without D1, what is kept is looked at, however old. */
  async readPublic<T>(name: FactName, look: () => T, along: readonly FactName[] = []): Promise<T> {
    try {
      return await this.read([name], look, along)
    } catch (error) {
      if (!(error instanceof StorageUnavailable) || this.find(name) === undefined) throw error
      return look()
    }
  }

  /** For a fact that no change names, or that nobody announces. */
  readAgain<T>(name: FactName, look: () => T): Promise<T> {
    this.parsed.delete(name)
    this.home.store.delete(name)
    // Whatever is under way was asked before.
    this.reading.delete(name)
    return this.read([name], look)
  }

  /** Takes away what is not true any more. From whoever changed something, or from D1; says nothing of what else changed. */
  learn(changes: Changes): void {
    for (const [subject, revision] of Object.entries(changes)) this.learnOne(subject, revision)
  }

  private learnOne(subject: string, revision: Revision): void {
    // D1 has said so itself, or somebody else has.
    if (revision <= this.known.revision || revision <= (this.heard.get(subject) ?? 0)) return
    if (subject === EVERYTHING) {
      this.learnEverything(revision)
      return
    }
    if (this.heard.size >= MAX_HEARD) this.learnEverything(Math.max(revision, ...this.heard.values()))
    this.heard.set(subject, revision)
    const name = subject as FactName
    if ((this.parsed.get(name)?.revision ?? revision) < revision) this.parsed.delete(name)
    this.home.store.deleteOlder(name, revision)
  }

  /** Instead of each by itself: nothing that was read before may be used, also what is still under way. */
  private learnEverything(revision: Revision): void {
    this.heard.set(EVERYTHING, revision)
    for (const [subject, heard] of this.heard) if (heard < revision) this.heard.delete(subject)
    this.parsed.clear()
    this.home.store.deleteOlderThan(revision)
  }

  /** As far as anybody has told. */
  private isCurrent({ name, revision }: Pick<KnownFact, 'name' | 'revision'>): boolean {
    return revision >= Math.max(this.heard.get(name) ?? 0, this.heard.get(EVERYTHING) ?? 0)
  }

  private find(name: FactName): KnownFact | undefined {
    const known = this.parsed.get(name) ?? this.load(name)
    return known && this.isCurrent(known) ? known : undefined
  }

  private load(name: FactName): KnownFact | undefined {
    const stored = this.home.store.find(name)
    if (!stored) return undefined
    this.home.store.noteUse(name, currentTime())
    return this.parse(stored)
  }

  private parse({ name, body, revision, changedAt }: ReadFact): KnownFact {
    const kind = name.slice(0, name.indexOf(':')) as FactKind
    const value = body === null ? undefined : FACTS[kind].parse(JSON.parse(body))
    if (this.parsed.size >= MAX_PARSED) this.parsed.clear()
    const fact = { name, value, revision, changedAt }
    this.parsed.set(name, fact)
    return fact
  }

  /** Asks D1 what changed, unless that was just asked. */
  private async catchUp(): Promise<void> {
    const age = ageOf(this.askedAtMs)
    if (age < FRESH_MS) return
    const trip = this.recentTrip()
    const asked = (trip?.done ?? this.trip([])).catch(ignoreOutage)
    if (age < USABLE_MS) return
    // Whoever finds a question that waits already has less patience: D1 hangs, and each token would wait for it.
    const patience = trip ? Math.max(0, PATIENCE_MS - ageOf(trip.beganAtMs)) : PATIENCE_MS
    await Promise.race([asked, pause(patience)])
    if (ageOf(this.askedAtMs) >= this.home.outageMs) throw new StorageUnavailable('D1', 'nothing is known')
  }

  /** One question for all who find the same knowledge too old, also while D1 takes its time. */
  private recentTrip(): Trip | undefined {
    return [...this.trips].find(({ beganAtMs }) => ageOf(beganAtMs) < FRESH_MS)
  }

  /** Once for all who ask at the same time. */
  private async readAll(names: readonly FactName[]): Promise<void> {
    const unread = names.filter((name) => !this.reading.has(name))
    const waitFor = names.flatMap((name) => this.reading.get(name) ?? [])
    if (unread.length > 0) waitFor.push(this.trip(unread))
    await Promise.all(waitFor)
  }

  private trip(names: readonly FactName[]): Promise<void> {
    const trip = this.gathering ?? this.begin()
    for (const name of names) {
      trip.names.add(name)
      this.reading.set(name, trip.done)
    }
    return trip.done
  }

  /** Leaves at the end of this turn, with whatever is asked for until then. */
  private begin(): Trip {
    const trip: Trip = { names: new Set(), beganAtMs: currentTimeMs(), done: Promise.resolve() }
    trip.done = Promise.resolve()
      .then(() => this.travel(trip))
      .finally(() => {
        this.trips.delete(trip)
        for (const name of trip.names) if (this.reading.get(name) === trip.done) this.reading.delete(name)
        if (this.trips.size === 0) this.forgetHeard()
      })
    this.gathering = trip
    return trip
  }

  private async travel(trip: Trip): Promise<void> {
    this.gathering = undefined
    this.trips.add(trip)
    if (!this.registered) await this.register()
    const first = await this.ask(trip)
    if (!first.restored && first.registered) return this.keep(first)
    // The database is of an earlier time. Its next revision is one that nobody has seen.
    if (first.restored) await raiseEverything(this.home.db)
    await this.register()
    this.keep(await this.ask(trip))
  }

  private async register(): Promise<void> {
    this.forgetEverything()
    await registerAuthority(this.home.db, this.home.name, currentTime())
    this.registered = true
  }

  private async ask({ names }: Trip): Promise<Answer> {
    const [askedAtMs, epoch] = [currentTimeMs(), this.epoch]
    const reading = await readFacts(this.home.db, this.home.name, [...names], this.known)
    return { ...reading, askedAtMs, epoch, restored: epoch === this.epoch && reading.restored }
  }

  private keep({ newest, facts, changes, askedAtMs, epoch }: Answer): void {
    if (epoch !== this.epoch) return
    // Too much to be told: nothing that was kept, or is on its way, can be trusted.
    this.learn(changes ?? { [EVERYTHING]: newest.revision })
    if (newest.revision > this.known.revision) this.moveTo(newest)
    if (ageOf(askedAtMs) < ageOf(this.askedAtMs)) this.askedAtMs = askedAtMs
    const now = currentTime()
    for (const fact of facts) {
      if (!this.isCurrent(fact) || (this.parsed.get(fact.name)?.revision ?? 0) > fact.revision) continue
      // What is not there is remembered, and not kept: there is no end of names.
      if (fact.body !== null) this.home.store.put(fact, now)
      this.parse(fact)
    }
  }

  private moveTo(newest: Moment): void {
    this.known = newest
    this.home.store.known = newest
  }

  private forgetEverything(): void {
    this.epoch++
    this.parsed.clear()
    this.heard.clear()
    this.known = { revision: 0, subject: '' }
    this.askedAtMs = Number.NEGATIVE_INFINITY
    this.home.store.deleteAll()
  }

  /** Whatever is read from here on is as new as what is known. */
  private forgetHeard(): void {
    for (const [subject, revision] of this.heard) if (revision <= this.known.revision) this.heard.delete(subject)
  }
}

/** A clock that went back says nothing. */
function ageOf(momentMs: number): number {
  const age = currentTimeMs() - momentMs
  return age < 0 ? Number.POSITIVE_INFINITY : age
}

function ignoreOutage(error: unknown): void {
  if (!(error instanceof StorageUnavailable)) throw error
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
