import { CROWD, Crowd } from './crowd.ts'
import type { LoadResult } from './load.ts'
import type { LoadGenerator } from './load-generator.ts'
import { quantile, waitUntilIdle } from './measure.ts'

/** How long whoever asks just then waits. Nothing to compare them with: they happen now and then. */
export const MOMENTS = [
  'refresh while outboxes deliver',
  'first token after a change',
  'cold authority',
  'a burst of 1,000 accounts after one decision',
  'after a restart of every object',
] as const
export type Moment = (typeof MOMENTS)[number]

export interface MomentResult {
  moment: string
  served: number
  /** Until the last was served. */
  seconds: number
  p50Ms: number
  p99Ms: number
  slowestMs: number
}

/** Those whose refreshes go on while everybody else connects. */
const REGULARS = 64
const REGULAR_REFRESHES = 8
/** New grants tell their views ten seconds after they were made. */
const DELIVERY_SECONDS = 20
const CHANGES = 20
const COLD_STARTS = 5
/** An object that nobody asks leaves memory after ten seconds. */
const EVICTION_MS = 12_000
const CONNECTIONS = 16

export async function measureMoments(generator: LoadGenerator, wanted: readonly Moment[]): Promise<MomentResult[]> {
  const crowd = await Crowd.gather(generator)
  try {
    await crowd.connect(REGULARS)
    const results: MomentResult[] = []
    for (const moment of MOMENTS) {
      if (moment !== 'refresh while outboxes deliver' && !wanted.includes(moment)) continue
      await waitUntilIdle([crowd.server])
      console.log(`${moment} …`)
      // Connecting the crowd is what the others begin with.
      const measured = await MEASURE[moment](crowd)
      for (const result of measured) console.log(JSON.stringify(result))
      if (wanted.includes(moment)) results.push(...measured)
    }
    return results
  } finally {
    await crowd.stop()
  }
}

const MEASURE: Record<Moment, (crowd: Crowd) => Promise<MomentResult[]>> = {
  async 'refresh while outboxes deliver'(crowd) {
    const before = await refreshFor(crowd, DELIVERY_SECONDS / 2)
    await crowd.connect(CROWD - REGULARS)
    const during = await refreshFor(crowd, DELIVERY_SECONDS)
    return [
      summarizeMoment('refresh while nothing is delivered', before),
      summarizeMoment('refresh while outboxes deliver', during),
    ]
  },

  async 'first token after a change'(crowd) {
    const before: LoadResult[] = []
    const after: LoadResult[] = []
    for (let change = 0; change < CHANGES; change++) {
      before.push(await crowd.refresh(1, 1, 1))
      await crowd.decide()
      after.push(await crowd.refresh(1, 1, 1))
    }
    return [
      summarizeMoment('token before a change, alone', join(before)),
      summarizeMoment('first token after a change, alone', join(after)),
    ]
  },

  async 'cold authority'(crowd) {
    const measured: LoadResult[] = []
    for (let start = 0; start < COLD_STARTS; start++) {
      await new Promise((resolve) => setTimeout(resolve, EVICTION_MS))
      measured.push(await crowd.refresh(1, 1, 1))
    }
    return [summarizeMoment('cold authority and ledger, alone', join(measured))]
  },

  async 'a burst of 1,000 accounts after one decision'(crowd) {
    await crowd.refresh(CROWD, 1, CROWD)
    const before = await crowd.refresh(CROWD, 1, CROWD)
    await crowd.decide()
    const after = await crowd.refresh(CROWD, 1, CROWD)
    return [
      summarizeMoment('a burst of 1,000 accounts', before),
      summarizeMoment('a burst of 1,000 accounts after one decision', after),
    ]
  },

  async 'after a restart of every object'(crowd) {
    await crowd.server.redeploy({})
    return [summarizeMoment('after a restart of every object', await crowd.refresh(CROWD, 1, CROWD))]
  },
}

async function refreshFor(crowd: Crowd, seconds: number): Promise<LoadResult> {
  const results: LoadResult[] = []
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) results.push(await crowd.refresh(REGULARS, REGULAR_REFRESHES, CONNECTIONS))
  return join(results)
}

function join(results: readonly LoadResult[]): LoadResult {
  return {
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    latenciesMs: results.flatMap(({ latenciesMs }) => latenciesMs),
    carried: [],
  }
}

function summarizeMoment(moment: string, { seconds, latenciesMs }: LoadResult): MomentResult {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  return {
    moment,
    served: sorted.length,
    seconds,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    slowestMs: sorted.at(-1) ?? Number.NaN,
  }
}
