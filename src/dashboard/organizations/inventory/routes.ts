import { createRoute, z } from '@hono/zod-openapi'
import { guarded, jsonAnswer, problems } from '../../kit/route.ts'
import { decisionPath, memberPath, organizationPath } from '../routes.ts'
import {
  grantsQuery,
  inventoryFilter,
  inventoryItemBody,
  inventoryList,
  inventoryQuery,
  reachingGrantList,
} from './schemas.ts'

const READ_PROBLEMS = ['insufficient-scope', 'forbidden', 'not-found'] as const

export const listInventoryRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/apps',
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
})

export const exportInventoryRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/apps/export',
  operationId: 'exportReachingApps',
  tags: ['Inventory'],
  summary: 'Export the apps as CSV',
  description: 'RFC 4180, with a header. Text that a spreadsheet would run as a formula begins with an apostrophe.',
  ...guarded('organizations:read'),
  request: { params: organizationPath, query: z.object(inventoryFilter) },
  responses: {
    200: { description: 'All of them.', content: { 'text/csv': { schema: z.string() } } },
    ...problems(...READ_PROBLEMS, 'invalid-request', 'validation-failed'),
  },
})

export const showReachingAppRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/apps/{client_id}',
  operationId: 'getReachingApp',
  tags: ['Inventory'],
  summary: 'Show one app of the inventory',
  description: 'For owners and administrators.',
  ...guarded('organizations:read'),
  request: { params: decisionPath },
  responses: { 200: jsonAnswer('The app.', inventoryItemBody), ...problems(...READ_PROBLEMS) },
})

export const listAppGrantsRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/apps/{client_id}/grants',
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
})

export const listPersonGrantsRoute = createRoute({
  method: 'get',
  path: '/organizations/{organization_id}/members/{account_id}/grants',
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
})
