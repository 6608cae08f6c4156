import { createRoute } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { findLivingAccount } from '../accounts/accounts-store.ts'
import { listSessions } from '../accounts/sessions-store.ts'
import { listPersonEvents } from '../audit/audit-query-store.ts'
import { ApiError } from '../errors.ts'
import { toSnakeKeys } from '../lib/case.ts'
import { currentTime, toIsoTime } from '../lib/clock.ts'
import { listEveryMembership, listOwnInvitations, listOwnRequests } from '../organizations/leaving-store.ts'
import { type AccountExport, accountExport } from './account-export-schema.ts'
import { listGrants, type OwnGrant } from './connections/actions.ts'
import { toGrantBody } from './connections/api.ts'
import { type ActionContext, actionContext } from './kit/action-context.ts'
import { SITE } from './kit/addresses.ts'
import type { PageEnv } from './kit/api-env.ts'
import { accountPath } from './kit/parameters.ts'
import { guarded, jsonAnswer, newApi, problems } from './kit/route.ts'

/** What is stored about a person, for that person. */
export const accountExports = newApi()

accountExports.openapi(
  createRoute({
    method: 'get',
    path: '/{account_id}/export',
    operationId: 'exportAccount',
    tags: ['Accounts'],
    summary: 'Export what is stored about you',
    description: 'By session only: no access token reads all of this. Other accounts are not found.',
    ...guarded(null),
    request: { params: accountPath },
    responses: { 200: jsonAnswer('All of it.', accountExport), ...problems('forbidden', 'not-found') },
  }),
  async (c) => c.json(await exportAccount(actionContext(c), c.req.valid('param').account_id), 200),
)

/** The same as a file. */
export const accountExportPage = new Hono<PageEnv>()

accountExportPage.get(SITE.account.export, async (c) => {
  const exported = await exportAccount(actionContext(c), c.get('caller').accountId)
  const [day] = toIsoTime(exported.exported_at).split('T')
  return c.body(`${JSON.stringify(exported, null, 2)}\n`, 200, {
    'Content-Type': 'application/json',
    'Content-Disposition': `attachment; filename="postern-account-${day}.json"`,
    'Cache-Control': 'no-store',
  })
})

/** The newest are enough for anybody, and a Worker holds them. */
const MAX_EXPORTED_EVENTS = 10_000

/** Everything that is stored about the person who asks, by session only; no credential and no hash of one. */
async function exportAccount(context: ActionContext, accountId: string): Promise<AccountExport> {
  const { env, caller } = context
  if (caller.via !== 'session') throw new ApiError('forbidden', 'This is done by session, and by no access token.')
  const account = accountId === caller.accountId ? await findLivingAccount(env.DB, accountId) : undefined
  if (!account) throw new ApiError('not-found', 'There is no such account, or it is not yours.')
  const [sessions, memberships, grants, events, requests, invitations] = await Promise.all([
    listSessions(env.DB, accountId),
    listEveryMembership(env.DB, accountId),
    listGrants(context),
    listPersonEvents(env.DB, accountId, MAX_EXPORTED_EVENTS),
    listOwnRequests(env.DB, accountId),
    listOwnInvitations(env.DB, { accountId, email: account.email }),
  ])
  const found = {
    exportedAt: currentTime(),
    account,
    sessions,
    organizations: memberships.map((membership) => ({ ...membership, id: membership.organizationId })),
    accessRequests: requests,
    invitations,
    auditEvents: events,
  }
  return { ...toSnakeKeys(allButGrants, found), grants: grants.map(toExportedGrant) }
}

const allButGrants = accountExport.omit({ grants: true })

function toExportedGrant(own: OwnGrant) {
  const { userAgent } = own.grant
  return { ...toGrantBody(own), user_agent: userAgent }
}
