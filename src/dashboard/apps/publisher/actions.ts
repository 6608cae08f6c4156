import * as publisher from '../../../apps/check-publisher.ts'
import { homepageHost, type PublisherCheck } from '../../../apps/publisher.ts'
import { findPublisherCheck } from '../../../apps/publisher-store.ts'
import { ApiError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import { findHostProblem } from '../../../lib/public-host.ts'
import { requireApp } from '../../kit/access.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { checkFetch } from '../../kit/bounds.ts'

const NO_HOMEPAGE = 'Set the homepage (client_uri) first: its host is what is verified.'

/** Starts the verification, or looks again, and answers what is known after the look. */
export async function verifyPublisher(context: ActionContext, clientId: string): Promise<PublisherCheck> {
  const { env, config, caller } = context
  const app = await requireApp(env.DB, caller, clientId, 'manage')
  const host = homepageHost(app)
  if (host === null) throw new ApiError('conflict', NO_HOMEPAGE)
  const hostProblem = findHostProblem(host)
  if (hostProblem) throw new ApiError('conflict', `The host of the homepage cannot be verified. ${hostProblem}`)
  await checkFetch(context)
  const check = await publisher.verifyPublisher(env.DB, config, { app, host, actor: caller.accountId }, currentTime())
  if (!check) throw new ApiError('conflict', 'The app was changed meanwhile; try again.')
  return check
}

/** What the last look found; nothing is looked up. */
export async function getPublisherVerification(
  { env, caller }: ActionContext,
  clientId: string,
): Promise<PublisherCheck> {
  const app = await requireApp(env.DB, caller, clientId, 'see')
  const check = await findPublisherCheck(env.DB, app.clientId)
  if (!check) throw new ApiError('not-found', 'The verification was not started; POST starts it.')
  return check
}
