import { Connection } from './connection.ts'
import { runUnit, type Unit, type UnitResult } from './units.ts'

export interface Load {
  origin: string
  connections: number
  units: Unit[]
}

export interface LoadResult {
  seconds: number
  latenciesMs: number[]
  /** One per unit, in order. */
  carried: string[]
}

/** The process that makes the load: apart from the one that runs the servers, so that neither slows the other. */
process.on('message', (load: Load) => {
  run(load).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})

async function run({ origin, connections, units }: Load): Promise<LoadResult> {
  const results: UnitResult[] = []
  let next = 0
  const client = async () => {
    const connection = new Connection(origin)
    try {
      for (let index = next++; index < units.length; index = next++) {
        results[index] = await runUnit(connection, units[index]!)
      }
    } finally {
      connection.close()
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, client))
  return {
    seconds: (performance.now() - start) / 1000,
    latenciesMs: results.flatMap(({ latenciesMs }) => latenciesMs),
    carried: results.map(({ carried }) => carried),
  }
}
