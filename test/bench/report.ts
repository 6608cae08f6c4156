import { ROWS, type Row } from './contestant.ts'
import type { DistanceResult } from './distance.ts'
import type { Measurement } from './measure.ts'
import type { MomentResult } from './moments.ts'

export interface RowResult {
  row: Row
  postern: Measurement
  floor: Measurement
  engine: Measurement | undefined
}

/** One row as it is printed: shares of requests per second, and of processor time, which a busy machine does not change. */
export function summarize({ row, postern, floor, engine }: RowResult) {
  const share = postern.requestsPerSecond / floor.requestsPerSecond
  return {
    row,
    'requests/s': Math.round(postern.requestsPerSecond),
    'p50 ms': round(postern.p50Ms),
    'p99 ms': round(postern.p99Ms),
    'CPU ms': round(postern.cpuMsPerRequest),
    'floor requests/s': Math.round(floor.requestsPerSecond),
    'floor CPU ms': round(floor.cpuMsPerRequest),
    'of floor': round(share),
    'of floor, by CPU': round(floor.cpuMsPerRequest / postern.cpuMsPerRequest),
    'to reach': ROWS[row].target,
    reached: Math.max(share, floor.cpuMsPerRequest / postern.cpuMsPerRequest) >= ROWS[row].target ? 'yes' : 'no',
    'engine requests/s': engine ? Math.round(engine.requestsPerSecond) : '',
    'of engine': engine ? round(postern.requestsPerSecond / engine.requestsPerSecond) : '',
    'of engine, by CPU': engine ? round(engine.cpuMsPerRequest / postern.cpuMsPerRequest) : '',
  }
}

/** A moment as it is printed. */
export function describeMoment({ moment, served, seconds, p50Ms, p99Ms, slowestMs }: MomentResult) {
  return {
    moment,
    served,
    'last after s': round(seconds),
    'p50 ms': round(p50Ms),
    'p99 ms': round(p99Ms),
    'slowest ms': round(slowestMs),
  }
}

export function describeDistance({ flow, place, p50Ms, p99Ms }: DistanceResult) {
  return { flow, place, 'p50 ms': round(p50Ms), 'p99 ms': round(p99Ms) }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
