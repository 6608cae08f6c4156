import type { Bindings, Config } from '../env.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { takeLimit } from '../lib/limits.ts'
import type { Taken } from '../lib/limits-object.ts'

const HOUR = 3600
const DAY = 86_400

interface Asked {
  env: Bindings
  config: Config
  accountId: string
}

/** What was created and deleted again leaves rows behind: twice as many a day as may exist at once. */
export type Creation = 'app' | 'organization'

export function takeCreation({ env, config, accountId }: Asked, creation: Creation, now: EpochSeconds): Promise<Taken> {
  const most = { app: config.appsPerAccount, organization: config.organizationsPerAccount }[creation]
  const limits = [{ limit: 2 * most, windowSeconds: DAY }]
  return takeLimit(env, `creation ${creation} account ${accountId}`, limits, now)
}

/** One fetch or lookup at an address that the account named: others must not be flooded through us. */
export function takeFetch({ env, config, accountId }: Asked, now: EpochSeconds): Promise<Taken> {
  const limits = [{ limit: config.fetchesPerAccount, windowSeconds: HOUR }]
  return takeLimit(env, `fetch account ${accountId}`, limits, now)
}
