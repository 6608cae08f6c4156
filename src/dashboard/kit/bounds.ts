import { type Creation, takeCreation, takeFetch } from '../../accounts/account-limits.ts'
import type { Bindings, Config } from '../../env.ts'
import { ApiError, tooManyRequests } from '../../errors.ts'
import { currentTime } from '../../lib/clock.ts'
import type { ActionContext } from './action-context.ts'

interface Bound {
  most: (config: Config) => number
  things: string
  variable: keyof Bindings
}

const CREATIONS: Record<Creation, Bound> = {
  app: { most: (config) => config.appsPerAccount, things: 'apps', variable: 'APPS_PER_ACCOUNT' },
  organization: {
    most: (config) => config.organizationsPerAccount,
    things: 'organizations',
    variable: 'ORGANIZATIONS_PER_ACCOUNT',
  },
}

/** Refuses what would be one too many of a day. For right before the creation: what breaks a rule costs nothing. */
export async function checkCreation({ env, config, caller }: ActionContext, creation: Creation): Promise<void> {
  const taken = await takeCreation({ env, config, accountId: caller.accountId }, creation, currentTime())
  if (taken.ok) return
  const { most, things, variable } = CREATIONS[creation]
  const detail = `You created ${2 * most(config)} ${things} within a day. ${sayWhoRaises(variable)}`
  throw tooManyRequests(detail, taken.retryAfterSeconds)
}

/** The creation itself found that as many exist as may. */
export function boundReached({ config }: Pick<ActionContext, 'config'>, creation: Creation): ApiError {
  const { most, things, variable } = CREATIONS[creation]
  const detail = `You have ${most(config)} ${things}, and may have no more at once. ${sayWhoRaises(variable)}`
  return new ApiError('conflict', detail)
}

/** Refuses when too much was fetched for this account already. For right before the fetch. */
export async function checkFetch({ env, config, caller }: ActionContext): Promise<void> {
  const taken = await takeFetch({ env, config, accountId: caller.accountId }, currentTime())
  if (taken.ok) return
  const detail = `We fetched or looked up ${config.fetchesPerAccount} addresses for you within an hour.`
  throw tooManyRequests(`${detail} ${sayWhoRaises('FETCHES_PER_ACCOUNT')}`, taken.retryAfterSeconds)
}

function sayWhoRaises(variable: keyof Bindings): string {
  return `Whoever runs this service can raise ${variable}.`
}
