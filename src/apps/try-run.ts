import { z } from 'zod'
import type { Bindings } from '../env.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { oneTimeObject } from '../lib/one-time.ts'
import { callStore } from '../lib/storage.ts'

/** A developer runs the authorization of their own app, to see it as people will. */
export interface TryRun {
  clientId: string
  accountId: string
}

const RUN_TTL_SECONDS = 15 * 60

const secrets = z.object({ state: z.string(), codeVerifier: z.string() })
/** What the callback is checked against; it never leaves the server. */
export type TryRunSecrets = z.infer<typeof secrets>

/** Accepted as a redirect URI of the app only while its run is on, and only for who runs it. */
export function tryRedirectUri(issuer: string, clientId: string): string {
  return `${issuer}/developer/try/${clientId}/callback`
}

/** A new run ends the one before. */
export async function beginTryRun(env: Bindings, run: TryRun, value: TryRunSecrets, now: EpochSeconds): Promise<void> {
  const key = keyOf(run)
  await callStore('OneTime', async () =>
    (await oneTimeObject(env, key)).put(key, JSON.stringify(value), now + RUN_TTL_SECONDS),
  )
}

export async function isTrying(env: Bindings, run: TryRun, now: EpochSeconds): Promise<boolean> {
  return (await peek(env, run, now)) !== null
}

/** Ends the run. Undefined: there is none, or another request was faster. */
export async function takeTryRun(env: Bindings, run: TryRun, now: EpochSeconds): Promise<TryRunSecrets | undefined> {
  const key = keyOf(run)
  const value = await peek(env, run, now)
  if (value === null) return undefined
  const taken = await callStore('OneTime', async () => (await oneTimeObject(env, key)).take(key, now))
  return taken ? secrets.parse(JSON.parse(value)) : undefined
}

function peek(env: Bindings, run: TryRun, now: EpochSeconds): Promise<string | null> {
  const key = keyOf(run)
  return callStore('OneTime', async () => (await oneTimeObject(env, key)).peek(key, now))
}

function keyOf({ clientId, accountId }: TryRun): string {
  return `try:${clientId}:${accountId}`
}
