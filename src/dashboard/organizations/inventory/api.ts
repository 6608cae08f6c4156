import { createRoute, z } from '@hono/zod-openapi'
import { toSnakeKeys } from '../../../lib/case.ts'
import type { InventoryItem } from '../../../organizations/inventory.ts'
import type { ReachingGrant } from '../../../organizations/reaching-grants-store.ts'
import { describeUserAgent } from '../../../ui/user-agent.ts'
import { actionContext } from '../../kit/action-context.ts'
import type { Listed } from '../../kit/pagination.ts'
import { decisionPath, memberPath, organizationPath } from '../../kit/parameters.ts'
import { guarded, jsonAnswer, newApi, problems, READ_PROBLEMS } from '../../kit/route.ts'
import { exportReachingApps, getReachingApp, listReachingApps, listReachingGrants } from './actions.ts'
import {
  grantsQuery,
  inventoryFilter,
  inventoryItemBody,
  inventoryList,
  inventoryQuery,
  reachingGrantBody,
  reachingGrantList,
} from './schemas.ts'

/** Every app that reaches an organization, by the API. */
export const inventory = newApi()

inventory.openapi(
  createRoute({
    method: 'get',
    path: '/apps',
    operationId: 'listReachingApps',
    tags: ['Inventory'],
    summary: 'List the apps that reach the organization',
    description: 'For owners and administrators. Also those that were decided on before anybody connected them.',
    ...guarded('organizations:read'),
    request: { params: organizationPath, query: inventoryQuery },
    responses: {
      200: jsonAnswer('One page.', inventoryList),
      ...problems(...READ_PROBLEMS, 'invalid-request', 'validation-failed'),
    },
  }),
  async (c) => {
    const { organization_id: id } = c.req.valid('param')
    const { items, nextCursor } = await listReachingApps(actionContext(c), id, c.req.valid('query'))
    return c.json({ items: items.map(toItemBody), next_cursor: nextCursor }, 200)
  },
)

inventory.openapi(
  createRoute({
    method: 'get',
    path: '/apps/export',
    operationId: 'exportReachingApps',
    tags: ['Inventory'],
    summary: 'Export the apps as CSV',
    description: 'RFC 4180, with a header. Text that a spreadsheet would run as a formula begins with an apostrophe.',
    ...guarded('organizations:read'),
    request: { params: organizationPath, query: inventoryFilter },
    responses: {
      200: { description: 'All of them.', content: { 'text/csv': { schema: z.string() } } },
      ...problems(...READ_PROBLEMS, 'invalid-request', 'validation-failed'),
    },
  }),
  async (c) => {
    const { organization_id: id } = c.req.valid('param')
    const csv = exportReachingApps(actionContext(c), id, c.req.valid('query'))
    c.header('Content-Type', 'text/csv; charset=utf-8; header=present')
    c.header('Content-Disposition', 'attachment; filename="apps.csv"')
    return c.body(csv, 200)
  },
)

inventory.openapi(
  createRoute({
    method: 'get',
    path: '/apps/{client_id}',
    operationId: 'getReachingApp',
    tags: ['Inventory'],
    summary: 'Show one app of the inventory',
    description: 'For owners and administrators.',
    ...guarded('organizations:read'),
    request: { params: decisionPath },
    responses: { 200: jsonAnswer('The app.', inventoryItemBody), ...problems(...READ_PROBLEMS) },
  }),
  async (c) => {
    const { organization_id: id, client_id: clientId } = c.req.valid('param')
    return c.json(toItemBody(await getReachingApp(actionContext(c), id, clientId)), 200)
  },
)

inventory.openapi(
  createRoute({
    method: 'get',
    path: '/apps/{client_id}/grants',
    operationId: 'listReachingGrants',
    tags: ['Inventory'],
    summary: 'List who connected an app',
    description: 'For owners and administrators: every living grant of the app that names the organization.',
    ...guarded('organizations:read'),
    request: { params: decisionPath, query: grantsQuery },
    responses: {
      200: jsonAnswer('One page.', reachingGrantList),
      ...problems(...READ_PROBLEMS, 'invalid-request', 'validation-failed'),
    },
  }),
  async (c) => {
    const { organization_id: id, client_id: clientId } = c.req.valid('param')
    return c.json(toGrantPage(await listReachingGrants(actionContext(c), id, { clientId }, c.req.valid('query'))), 200)
  },
)

inventory.openapi(
  createRoute({
    method: 'get',
    path: '/members/{account_id}/grants',
    operationId: 'listMemberGrants',
    tags: ['Inventory'],
    summary: 'List the apps of a person',
    description: 'For owners and administrators: every living grant of the person that names the organization.',
    ...guarded('organizations:read'),
    request: { params: memberPath, query: grantsQuery },
    responses: {
      200: jsonAnswer('One page.', reachingGrantList),
      ...problems(...READ_PROBLEMS, 'invalid-request', 'validation-failed'),
    },
  }),
  async (c) => {
    const { organization_id: id, account_id: accountId } = c.req.valid('param')
    return c.json(toGrantPage(await listReachingGrants(actionContext(c), id, { accountId }, c.req.valid('query'))), 200)
  },
)

function toGrantPage({ items, nextCursor }: Listed<ReachingGrant>) {
  return { items: items.map(toGrantBody), next_cursor: nextCursor }
}

function toItemBody(item: InventoryItem) {
  return toSnakeKeys(inventoryItemBody, item)
}

function toGrantBody(grant: ReachingGrant) {
  return toSnakeKeys(reachingGrantBody, { ...grant, id: grant.grantId, device: describeUserAgent(grant.userAgent) })
}
