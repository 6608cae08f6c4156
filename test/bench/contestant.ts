import type { RunningWorker } from '../support/workerd.ts'
import type { Unit } from './units.ts'

/** What is measured, in this order. `target` is the share of the floor's requests per second that we want to reach. */
export const ROWS = {
  'code exchange': { target: 0.6 },
  'public refresh': { target: 0.6 },
  'confidential refresh': { target: 0.6 },
  introspection: { target: 0.6 },
  'refreshes on one account': { target: 0.6 },
  'authorize and exchange': { target: 0.6 },
  JWKS: { target: 0.8 },
  metadata: { target: 0.8 },
} as const
export type Row = keyof typeof ROWS

export interface Contestant {
  name: 'postern' | 'floor' | 'engine'
  server: RunningWorker
  /** The units of one round; undefined where it has nothing to compare. */
  prepare(row: Row): Promise<Unit[] | undefined>
  /** What the units of a round carried on: the next round's refresh tokens. */
  keep(row: Row, carried: string[]): void
}

export const ACCOUNTS = 64
export const EXCHANGES = 256
export const FLOWS = 64
/** Token requests of one virtual client in a round. */
export const REQUESTS_PER_GRANT = 8
/** Grants of the account that all refreshes share, and how often each refreshes in a round. */
export const SHARED_GRANTS = 16
export const REQUESTS_PER_SHARED_GRANT = 32
/** Documents cost so little that a round needs many. */
export const DOCUMENT_CLIENTS = 16
export const REQUESTS_PER_DOCUMENT_CLIENT = 200

export const REDIRECT_URI = 'https://bench.example/callback'

export function documentUnits(path: string): Unit[] {
  const request = { method: 'GET', path } as const
  return times(DOCUMENT_CLIENTS, () => ({ kind: 'repeat', request, times: REQUESTS_PER_DOCUMENT_CLIENT }))
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

/** Set-up goes over HTTP too, a few requests at a time. */
export async function inBatches<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += DOCUMENT_CLIENTS) {
    results.push(...(await Promise.all(items.slice(start, start + DOCUMENT_CLIENTS).map(run))))
  }
  return results
}
