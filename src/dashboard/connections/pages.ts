import { type Context, Hono } from 'hono'
import type { Scope } from '../../catalog/catalog.ts'
import { listScopes } from '../../catalog/catalog-store.ts'
import { ApiError } from '../../errors.ts'
import { describeUserAgent } from '../../ui/user-agent.ts'
import { askerOf } from '../kit/asker.ts'
import { type PageEnv, requireVisitor } from '../kit/visitor.ts'
import { disconnectApp, endOwnGrant, listOwnGrants, narrowOwnGrant, type OwnGrant, requireOwnGrant } from './actions.ts'
import { type Connection, connectionsPage, type Device, disconnectPage } from './connections.tsx'
import { narrowPage } from './narrow.tsx'

/** What a person allowed to apps, and how to take it back. */
export const connectionPages = new Hono<PageEnv>()

connectionPages.use('/connections/*', requireVisitor)

const NOTICES = {
  ended: 'Ended: the app has no access there any more.',
  disconnected: 'Disconnected: the app has no access any more.',
  saved: 'Saved: the app is allowed less.',
} as const

connectionPages.get('/connections', async (c) => {
  const done = c.req.query('done') ?? ''
  return connectionsPage(c, {
    connections: await listConnections(c),
    notice: Object.hasOwn(NOTICES, done) ? NOTICES[done as keyof typeof NOTICES] : undefined,
  })
})

connectionPages.get('/connections/apps/:client_id', async (c) => {
  const connection = (await listConnections(c)).find(({ app }) => app.clientId === c.req.param('client_id'))
  if (!connection) throw new ApiError('not-found')
  return disconnectPage(c, {
    connection,
  })
})

connectionPages.post('/connections/apps/:client_id', async (c) => {
  await disconnectApp(askerOf(c), c.req.param('client_id'))
  return c.redirect('/connections?done=disconnected', 303)
})

connectionPages.post('/connections/:grant_id/end', async (c) => {
  await endOwnGrant(askerOf(c), c.req.param('grant_id'))
  return c.redirect('/connections?done=ended', 303)
})

connectionPages.get('/connections/:grant_id', async (c) =>
  showNarrowing(c, await requireOwnGrant(askerOf(c), c.req.param('grant_id')), []),
)

connectionPages.post('/connections/:grant_id', async (c) => {
  const own = await requireOwnGrant(askerOf(c), c.req.param('grant_id'))
  const fields = c.get('fields')
  const kept = {
    // Required scopes have no box: they stay.
    scopes: own.grant.scopes.filter(
      (scope) => own.app.scopes.includes(scope) || fields.getAll('scope').includes(scope),
    ),
    organizations: own.grant.organizations.filter((id) => fields.getAll('organization').includes(id)),
  }
  try {
    await narrowOwnGrant(askerOf(c), own.grant.id, kept)
    return c.redirect('/connections?done=saved', 303)
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem !== 'validation-failed') throw error
    const problems = error.errors.map(({ detail }) => detail)
    return showNarrowing(c, own, problems)
  }
})

async function listConnections(c: Context<PageEnv>): Promise<Connection[]> {
  const [own, catalogue] = await Promise.all([listOwnGrants(askerOf(c)), listScopes(c.env.DB, c.get('config').issuer)])
  const nameOf = organizationNames(c)
  const byApp = Map.groupBy(own, ({ app }) => app.clientId)
  return [...byApp.values()].map((grants) => ({
    app: grants[0]!.app,
    devices: grants.map((grant) => toDevice(grant, catalogue, nameOf)),
  }))
}

function toDevice(
  { grant, app, inEffect }: OwnGrant,
  catalogue: readonly Scope[],
  nameOf: (id: string) => string,
): Device {
  return {
    grantId: grant.id,
    name: describeUserAgent(grant.userAgent),
    scopes: catalogue.filter(({ name }) => inEffect.scopes.includes(name)),
    organizations: inEffect.organizations.map(nameOf),
    heldScopes: catalogue.filter(({ name }) => grant.scopes.includes(name) && !inEffect.scopes.includes(name)),
    heldOrganizations: grant.organizations.filter((id) => !inEffect.organizations.includes(id)).map(nameOf),
    createdAt: grant.createdAt,
    lastUsedAt: grant.lastUsedAt,
    mayNarrow: grant.organizations.length > 1 || grant.scopes.some((scope) => !app.scopes.includes(scope)),
  }
}

async function showNarrowing(c: Context<PageEnv>, { grant, app }: OwnGrant, problems: readonly string[]) {
  const scopes = (await listScopes(c.env.DB, c.get('config').issuer)).filter(({ name }) => grant.scopes.includes(name))
  const nameOf = organizationNames(c)
  return narrowPage(c, {
    grantId: grant.id,
    app,
    required: scopes.filter(({ name }) => app.scopes.includes(name)),
    optional: scopes.filter(({ name }) => !app.scopes.includes(name)),
    organizations: grant.organizations.map((id) => ({ id, name: nameOf(id) })),
    problems,
  })
}

/** An organization that the person left has no name here: the grant reaches it no more. */
function organizationNames(c: Context<PageEnv>): (id: string) => string {
  const names = new Map(c.get('caller').memberships.map(({ organizationId, name }) => [organizationId, name]))
  return (id) => names.get(id) ?? 'an organization that you left'
}
