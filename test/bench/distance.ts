import { buildOnce } from '../support/build.ts'
import { ACCOUNTS, type Contestant, type Row } from './contestant.ts'
import type { LoadGenerator } from './load-generator.ts'
import { quantile, waitUntilIdle } from './measure.ts'
import { startPostern } from './postern.ts'
import type { Unit } from './units.ts'
import { DISTANCES_PATH, type Distances } from './workers/distances.ts'

/** Europe and the east of America, there and back. */
const FAR_MS = 100
const PLACES: Record<string, Distances> = {
  'everything near': {},
  'D1 far': { D1: FAR_MS },
  'ledger far': { GrantLedger: FAR_MS },
  'authority far': { Authority: FAR_MS },
}
const FLOWS = [
  'code exchange',
  'public refresh',
  'confidential refresh',
  'introspection',
  'authorize and exchange',
] as const satisfies Row[]

/** So few that nobody waits for the processor: what is left is distance. */
const CONNECTIONS = 2
const UNITS = 32
const REQUESTS_PER_UNIT = 4

export interface DistanceResult {
  flow: Row
  place: string
  p50Ms: number
  p99Ms: number
}

/** How long each flow takes from where its stores are, once its authority knows what it rests on. */
export async function measureDistances(generator: LoadGenerator): Promise<DistanceResult[]> {
  const entry = 'test/bench/workers/distant-worker.ts'
  const postern = await startPostern(
    await buildOnce('wrangler.toml', '{src,test/support,test/bench}/**/*.{ts,tsx}', entry),
  )
  try {
    const results: DistanceResult[] = []
    for (const flow of FLOWS) {
      console.log(`${flow} …`)
      const codes = flow === 'code exchange' ? await postern.prepare(flow) : undefined
      const first = codes?.splice(0, ACCOUNTS) ?? (await postern.prepare(flow)) ?? []
      await measureFlow(generator, postern, { flow, units: first, distances: {} })
      await waitUntilIdle([postern.server])
      for (const [place, distances] of Object.entries(PLACES)) {
        // Codes are used once; everything else goes on where it ended.
        const units = codes?.splice(0, UNITS) ?? (await postern.prepare(flow))?.slice(0, UNITS) ?? []
        const result = { flow, place, ...(await measureFlow(generator, postern, { flow, units, distances })) }
        console.log(JSON.stringify(result))
        results.push(result)
      }
    }
    return results
  } finally {
    await postern.server.stop()
  }
}

interface FlowFromAfar {
  flow: Row
  units: Unit[]
  distances: Distances
}

async function measureFlow(generator: LoadGenerator, postern: Contestant, { flow, units, distances }: FlowFromAfar) {
  const { origin } = postern.server
  await setDistances(origin, distances)
  const { latenciesMs, carried } = await generator.run({ origin, connections: CONNECTIONS, units: units.map(shorten) })
  await setDistances(origin, {})
  postern.keep(flow, carried)
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) }
}

function shorten(unit: Unit): Unit {
  return unit.kind === 'flow' ? unit : { ...unit, times: Math.min(unit.times, REQUESTS_PER_UNIT) }
}

async function setDistances(origin: string, distances: Distances): Promise<void> {
  const { ok } = await fetch(origin + DISTANCES_PATH, { method: 'POST', body: JSON.stringify(distances) })
  if (!ok) throw new Error('the Worker was not told how far its stores are')
}
