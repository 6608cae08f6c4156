import type { MiddlewareHandler } from 'hono'
import { ApiError } from '../../errors.ts'
import { actionContext } from '../kit/action-context.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { listOrganizations, type OwnOrganization } from './actions.ts'

/** Of the pages below the address of an organization. */
export interface OrganizationEnv extends PageEnv {
  Variables: PageEnv['Variables'] & { own: OwnOrganization }
}

/** The organization that the address names, for its members; for everybody else there is none. */
export const requireOwn: MiddlewareHandler<OrganizationEnv> = async (c, next) => {
  const slug = c.req.param('slug')
  const own = (await listOrganizations(actionContext(c))).find(({ organization }) => organization.slug === slug)
  if (!own) throw new ApiError('not-found')
  c.set('own', own)
  await next()
}
