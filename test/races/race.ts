import { randomUUID } from 'node:crypto'

export const CONTESTANTS = 50

/** Ten rounds of every race: an order of events that is rare has ten chances to show. */
export const TEN_ROUNDS = { repeats: 9 }

/** All at once, each over a connection of its own as far as the client opens them. */
export function race<T>(run: (contestant: number) => Promise<T>, contestants = CONTESTANTS): Promise<T[]> {
  return Promise.all(Array.from({ length: contestants }, (_, contestant) => run(contestant)))
}

/** Rounds share a server, so each has its own person. */
export function newEmail(): string {
  return `${randomUUID()}@example.com`
}

/** How often each value occurs. */
export function tally(values: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
