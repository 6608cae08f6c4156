import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { announceChanges } from '../../../src/authority/announce.ts'

/** A change in SQL, which nobody announces by itself: here, as a request would, so that it holds at the next one. */
export async function changeByHand(sql: string, ...values: (string | number | null)[]): Promise<void> {
  await env.DB.prepare(sql)
    .bind(...values)
    .run()
  await tellAuthorities()
}

/** For what a test wrote in another way. */
export async function tellAuthorities(): Promise<void> {
  expect(await announceChanges(env)).toBe(true)
}
