import { z } from '@hono/zod-openapi'
import { ApiError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import { type InventoryItem, type InventoryPosition, positionOf } from '../../../organizations/inventory.ts'
import { findInventoryItem, listInventory } from '../../../organizations/inventory-store.ts'
import * as grants from '../../../organizations/reaching-grants-store.ts'
import type { ActionContext } from '../../kit/action-context.ts'
import { formatCursor, type Listed, parseCursor, toPage } from '../../kit/pagination.ts'
import { requirePermission } from '../actions.ts'
import { inventoryCsv } from './csv.ts'
import type { grantsQuery, InventoryFilter, inventoryQuery } from './schemas.ts'

export async function listReachingApps(
  context: ActionContext,
  organizationId: string,
  { sort, q, state, verified, cursor, limit }: z.output<typeof inventoryQuery>,
): Promise<Listed<InventoryItem>> {
  requirePermission(context, organizationId, 'see-inventory')
  const filter = {
    search: q || null,
    state: state ?? null,
    verified: verified === undefined ? null : verified === 'true',
  }
  const page = { sort, after: cursor === undefined ? null : toPosition(cursor), limit: limit + 1 }
  const found = await listInventory(context.env.DB, organizationId, { ...filter, ...page }, currentTime())
  const { items, next } = toPage(found, limit)
  return { items, nextCursor: next && formatPosition(positionOf(next, sort)) }
}

function formatPosition({ key, clientId }: InventoryPosition): string {
  return formatCursor([key, clientId])
}

function toPosition(cursor: string): InventoryPosition {
  const [key, clientId] = parseCursor(cursor, z.union([z.string(), z.int()]))
  return { key, clientId }
}

/** As CSV, written as it is read. */
export function exportReachingApps(
  context: ActionContext,
  organizationId: string,
  filter: InventoryFilter,
): ReadableStream<Uint8Array> {
  requirePermission(context, organizationId, 'see-inventory')
  return inventoryCsv(walkReachingApps(context, organizationId, filter))
}

const CSV_PAGE = 200

/** Every app that matches, page after page, so that no memory holds more than one. */
async function* walkReachingApps(
  context: ActionContext,
  organizationId: string,
  filter: InventoryFilter,
): AsyncGenerator<InventoryItem[]> {
  let cursor: string | undefined
  do {
    const query = { ...filter, cursor, limit: CSV_PAGE }
    const page: Listed<InventoryItem> = await listReachingApps(context, organizationId, query)
    yield page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

export async function getReachingApp(
  context: ActionContext,
  organizationId: string,
  clientId: string,
): Promise<InventoryItem> {
  requirePermission(context, organizationId, 'see-inventory')
  const item = await findInventoryItem(context.env.DB, organizationId, clientId, currentTime())
  if (!item) throw new ApiError('not-found', 'This app does not reach the organization.')
  return item
}

/** Of one app, or of one person; the most recently used first. */
export async function listReachingGrants(
  context: ActionContext,
  organizationId: string,
  filter: grants.GrantFilter,
  { cursor, limit }: z.output<typeof grantsQuery>,
): Promise<Listed<grants.ReachingGrant>> {
  requirePermission(context, organizationId, 'see-inventory')
  const page = { after: cursor === undefined ? null : toGrantPosition(cursor), limit: limit + 1 }
  const found = await grants.listReachingGrants(context.env.DB, organizationId, filter, page, currentTime())
  const { items, next } = toPage(found, limit)
  return { items, nextCursor: next && formatCursor([next.lastUsedAt, next.grantId]) }
}

function toGrantPosition(cursor: string): grants.GrantPosition {
  const [lastUsedAt, grantId] = parseCursor(cursor)
  return { lastUsedAt, grantId }
}
