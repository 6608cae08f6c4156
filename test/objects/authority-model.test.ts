import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readAnnouncement } from '../../src/authority/authorities-store.ts'
import { authorityStub } from '../../src/authority/authority-stub.ts'
import { readConfig } from '../../src/env.ts'
import { currentTime, currentTimeMs } from '../../src/lib/clock.ts'
import { SIGNER, tokenOf } from '../support/workers/access.ts'
import {
  allowedBy,
  type Change,
  change,
  circumstancesOf,
  createModel,
  grantOf,
  type Model,
  type Names,
  perform,
} from '../support/workers/access-model.ts'
import { advance } from '../support/workers/time.ts'

const { sequences: SEQUENCES, seed: SEED } = env.TEST_MODEL
const READER = `${SIGNER}/2`
/** What a change waits that nobody announced. */
const UNANNOUNCED_SECONDS = 5

type Step =
  | { step: 'change'; change: Change; announced: 'to all' | 'to the signer' | 'to nobody' }
  | { step: 'wait'; seconds: number }
  | { step: 'token' }
  | { step: 'read' }
  | { step: 'restart'; name: string }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      step: fc.constant('change' as const),
      change,
      announced: fc.constantFrom('to all' as const, 'to all' as const, 'to the signer' as const, 'to nobody' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constant('wait' as const), seconds: fc.constantFrom(1, 2, 3, 4, 5, 70) }),
  },
  { weight: 4, arbitrary: fc.record({ step: fc.constant('token' as const) }) },
  { weight: 3, arbitrary: fc.record({ step: fc.constant('read' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ step: fc.constant('restart' as const), name: fc.constantFrom(SIGNER, READER) }),
  },
)

/** A state of the world, and since when it has been over; undefined: it is the present one. */
interface Past {
  model: Model
  overAtMs?: number
}

/** One authority, and what it may still believe. */
class Believer {
  readonly name: string
  /** The last one is the present. */
  private states: Past[]

  constructor(name: string, model: Model) {
    this.name = name
    this.states = [{ model }]
  }

  changed(model: Model): void {
    const last = this.states.at(-1)
    if (last) last.overAtMs = currentTimeMs()
    this.states.push({ model })
  }

  /** Whoever is told something is told everything of the last minute. */
  told(): void {
    this.states = this.states.slice(-1)
  }

  possible(): Model[] {
    const now = currentTimeMs()
    this.states = this.states.filter(
      ({ overAtMs }) => overAtMs === undefined || now - overAtMs < UNANNOUNCED_SECONDS * 1000,
    )
    return this.states.map(({ model }) => model)
  }
}

async function announceTo({ name }: Believer): Promise<void> {
  await authorityStub(env, name).announce(name, (await readAnnouncement(env.DB, readConfig(env))).changes)
}

/** What was read at that moment, judged by the rules that a ledger uses. */
async function readOf(names: Names) {
  const { clientId, accountId, organizations, resource } = { ...names, ...grantOf(names) }
  const outcome = await authorityStub(env, READER).read({
    authority: READER,
    access: { clientId, accountId, organizations, resource },
  })
  if (outcome.outcome !== 'read' || !outcome.access) throw new Error('an app that exists must be known')
  return withoutEnd(allowedBy(names, outcome.access.circumstances, currentTime()))
}

async function signed(names: Names) {
  const { organizations } = grantOf(names)
  const token = await tokenOf(names, { organizations })
  if ('refused' in token) return token
  return { scopes: token.scopes.toSorted(), organizations: token.organizations.toSorted() }
}

/** A token says it as its `exp`. */
function withoutEnd(allowed: ReturnType<typeof allowedBy>) {
  if ('refused' in allowed) return allowed
  const { scopes, organizations } = allowed
  return { scopes, organizations }
}

/** As after a crash: nothing is left in memory. */
async function restart(name: string): Promise<void> {
  const ended = runInDurableObject(authorityStub(env, name), (_object, state) => state.abort('restarted'))
  await expect(ended).rejects.toThrow('restarted')
}

async function live(steps: readonly Step[]): Promise<void> {
  const world = await createModel()
  const { names } = world
  let { model } = world
  const signer = new Believer(SIGNER, model)
  const reader = new Believer(READER, model)
  const holds = async (believer: Believer, answer: unknown) => {
    const possible = believer
      .possible()
      .map((state) => withoutEnd(allowedBy(names, circumstancesOf(names, state), currentTime())))
    expect(possible).toContainEqual(answer)
  }
  // Both know all of it.
  await holds(signer, await signed(names))
  await holds(reader, await readOf(names))
  for (const one of steps) {
    if (one.step === 'wait') advance(one.seconds)
    if (one.step === 'restart') await restart(one.name)
    if (one.step === 'token') await holds(signer, await signed(names))
    if (one.step === 'read') await holds(reader, await readOf(names))
    if (one.step !== 'change') continue
    model = await perform(names, model, one.change, currentTime())
    for (const believer of [signer, reader]) believer.changed(model)
    const told = { 'to all': [signer, reader], 'to the signer': [signer], 'to nobody': [] }[one.announced]
    for (const believer of told) {
      await announceTo(believer)
      believer.told()
    }
  }
  await holds(signer, await signed(names))
  await holds(reader, await readOf(names))
}

it(`signs and says only what the rows allow, in ${SEQUENCES} sequences of changes (seed ${SEED})`, {
  timeout: 900_000,
}, async () => {
  advance(0)
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), live), {
    numRuns: SEQUENCES,
    seed: SEED,
  })
})
