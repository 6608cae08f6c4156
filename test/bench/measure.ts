import { readFileSync } from 'node:fs'
import type { RunningWorker } from '../support/workerd.ts'
import type { LoadGenerator } from './load-generator.ts'
import type { Unit } from './units.ts'

export interface Measurement {
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  cpuMsPerRequest: number
}

const CONNECTIONS = 16
/** USER_HZ: what /proc counts processor time in, on every Linux of today. */
const TICKS_PER_SECOND = 100
/** Longer than an outbox waits before it delivers. */
const IDLE_WINDOW_MS = 5_200
const IDLE_CPU_SECONDS = 0.03
const IDLE_TIMEOUT_MS = 60_000

/** One round of one contestant, and what its units carried on. */
export async function measure(
  generator: LoadGenerator,
  server: RunningWorker,
  units: Unit[],
): Promise<{ measurement: Measurement; carried: string[] }> {
  const before = processorSeconds(server.processId)
  const { seconds, latenciesMs, carried } = await generator.run({
    origin: server.origin,
    connections: CONNECTIONS,
    units,
  })
  const cpuSeconds = processorSeconds(server.processId) - before
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const measurement = {
    requestsPerSecond: sorted.length / seconds,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    cpuMsPerRequest: (cpuSeconds * 1000) / sorted.length,
  }
  return { measurement, carried }
}

/** What was set up, or left behind by the round before, is delivered after its answer and belongs to no other round. */
export async function waitUntilIdle(servers: readonly RunningWorker[]): Promise<void> {
  const spent = () => servers.reduce((sum, { processId }) => sum + processorSeconds(processId), 0)
  const deadline = performance.now() + IDLE_TIMEOUT_MS
  while (performance.now() < deadline) {
    const before = spent()
    await new Promise((resolve) => setTimeout(resolve, IDLE_WINDOW_MS))
    if (spent() - before <= IDLE_CPU_SECONDS) return
  }
  throw new Error('a server did not come to rest')
}

/** Each number by itself: the median round of one is not that of another. */
export function median(rounds: readonly Measurement[]): Measurement {
  const middle = (key: keyof Measurement) =>
    quantile(
      rounds.map((round) => round[key]).toSorted((a, b) => a - b),
      0.5,
    )
  return {
    requestsPerSecond: middle('requestsPerSecond'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    cpuMsPerRequest: middle('cpuMsPerRequest'),
  }
}

export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** User and system time of workerd, which runs the Worker, D1, KV and the objects. */
function processorSeconds(processId: number): number {
  const stat = readFileSync(`/proc/${processId}/stat`, 'utf8')
  // The second field is a name in brackets that may hold spaces; user and system time are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
