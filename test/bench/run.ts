import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ARTIFACTS } from '../support/build.ts'
import { type Contestant, ROWS, type Row } from './contestant.ts'
import { measureDistances } from './distance.ts'
import { startEngine } from './engine.ts'
import { startFloor } from './floor.ts'
import { LoadGenerator } from './load-generator.ts'
import { type Measurement, measure, median, waitUntilIdle } from './measure.ts'
import { MOMENTS, measureMoments } from './moments.ts'
import { startPostern } from './postern.ts'
import { describeDistance, describeMoment, type RowResult, summarize } from './report.ts'

const WARM_UP_ROUNDS = 1

// `--row` picks rows and moments by name; `--moments` adds every moment to the rows; `--distance` is all that is measured.
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    row: { type: 'string', multiple: true },
    moments: { type: 'boolean', default: false },
    distance: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)
const rows = (Object.keys(ROWS) as Row[]).filter((row) => options.row?.includes(row) ?? !options.distance)
const moments = MOMENTS.filter((moment) => options.row?.includes(moment) ?? options.moments)
const contestants: Contestant[] = []
const generator = new LoadGenerator()
try {
  const results = rows.length > 0 ? await runRows() : []
  if (results.length > 0) console.table(results.map(summarize))
  const momentResults = moments.length > 0 ? await measureMoments(generator, moments) : []
  if (momentResults.length > 0) console.table(momentResults.map(describeMoment))
  const distances = options.distance ? await measureDistances(generator) : []
  if (distances.length > 0) console.table(distances.map(describeDistance))
  const measured = { rounds, results, moments: momentResults, distances }
  mkdirSync(ARTIFACTS, { recursive: true })
  writeFileSync(join(ARTIFACTS, 'bench.json'), JSON.stringify(measured, null, 2))
} finally {
  generator.stop()
  await Promise.all(contestants.map(({ server }) => server.stop()))
}

async function runRows(): Promise<RowResult[]> {
  const postern = await startPostern()
  contestants.push(postern)
  contestants.push(await startFloor(await readDocuments(postern.server.origin)))
  contestants.push(await startEngine())

  const results: RowResult[] = []
  for (const row of rows) {
    console.log(`${row} …`)
    const result = await runRow(row)
    console.log(JSON.stringify(summarize(result)))
    results.push(result)
  }
  return results
}

/** The rounds of all contestants alternate: whatever else the machine does, it does to each of them. */
async function runRow(row: Row): Promise<RowResult> {
  const measured: Record<Contestant['name'], Measurement[]> = { postern: [], floor: [], engine: [] }
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const contestant of contestants) {
      const units = await contestant.prepare(row)
      if (!units) continue
      await waitUntilIdle(contestants.map(({ server }) => server))
      const { measurement, carried } = await measure(generator, contestant.server, units)
      contestant.keep(row, carried)
      if (round >= WARM_UP_ROUNDS) measured[contestant.name].push(measurement)
    }
  }
  const engine = measured.engine.length > 0 ? median(measured.engine) : undefined
  return { row, postern: median(measured.postern), floor: median(measured.floor), engine }
}

async function readDocuments(origin: string): Promise<{ JWKS: string; METADATA: string }> {
  const [JWKS, METADATA] = await Promise.all(
    ['/.well-known/jwks.json', '/.well-known/oauth-authorization-server'].map(async (path) =>
      (await fetch(origin + path)).text(),
    ),
  )
  return { JWKS: JWKS!, METADATA: METADATA! }
}
