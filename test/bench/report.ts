import { ROWS, type Row } from './contestant.ts'
import type { Measurement } from './measure.ts'

export interface RowResult {
  row: Row
  postern: Measurement
  floor: Measurement
  engine: Measurement | undefined
}

/** One row as it is printed: shares of requests per second, and of server time where the machine was busy. */
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
    'to reach': ROWS[row].target,
    reached: share >= ROWS[row].target ? 'yes' : 'no',
    'engine requests/s': engine ? Math.round(engine.requestsPerSecond) : '',
    'of engine': engine ? round(postern.requestsPerSecond / engine.requestsPerSecond) : '',
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
