import type { Context } from 'hono'
import { ApiError } from '../../errors.ts'
import { actionContext } from '../kit/action-context.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { listOrganizations, type OwnOrganization } from './actions.ts'

/** The organization that the address names, for its members; for everybody else there is none. */
export async function requireOwn(c: Context<PageEnv>): Promise<OwnOrganization> {
  const slug = c.req.param('slug')
  const own = (await listOrganizations(actionContext(c))).find(({ organization }) => organization.slug === slug)
  if (!own) throw new ApiError('not-found')
  return own
}
