import { ApiError } from '../../../errors.ts'
import { currentTime } from '../../../lib/clock.ts'
import {
  type InventoryItem,
  type InventoryPosition,
  type InventoryQuery,
  positionOf,
} from '../../../organizations/inventory.ts'
import { findInventoryItem, listInventory } from '../../../organizations/inventory-store.ts'
import {
  type GrantFilter,
  type GrantPosition,
  listReachingGrants,
  type ReachingGrant,
} from '../../../organizations/reaching-grants-store.ts'
import type { Asker } from '../../kit/asker.ts'
import { type Page, toPage } from '../../kit/pagination.ts'
import { requirePermission } from '../actions.ts'

export async function readInventory(
  asker: Asker,
  organizationId: string,
  query: InventoryQuery,
): Promise<Page<InventoryItem, InventoryPosition>> {
  requirePermission(asker, organizationId, 'see-inventory')
  const found = await listInventory(asker.env.DB, organizationId, { ...query, limit: query.limit + 1 }, currentTime())
  const { items, next } = toPage(found, query.limit)
  return { items, next: next && positionOf(next, query.sort) }
}

export async function readReachingApp(asker: Asker, organizationId: string, clientId: string): Promise<InventoryItem> {
  requirePermission(asker, organizationId, 'see-inventory')
  const item = await findInventoryItem(asker.env.DB, organizationId, clientId, currentTime())
  if (!item) throw new ApiError('not-found', 'This app does not reach the organization.')
  return item
}

export async function readReachingGrants(
  asker: Asker,
  organizationId: string,
  filter: GrantFilter,
  { after, limit }: { after: GrantPosition | null; limit: number },
): Promise<Page<ReachingGrant, GrantPosition>> {
  requirePermission(asker, organizationId, 'see-inventory')
  const found = await listReachingGrants(
    asker.env.DB,
    organizationId,
    filter,
    { after, limit: limit + 1 },
    currentTime(),
  )
  return toPage(found, limit)
}

const CSV_PAGE = 200

/** Every app that matches, page after page, so that no memory holds more than one. */
export async function* walkInventory(
  asker: Asker,
  organizationId: string,
  query: Omit<InventoryQuery, 'after' | 'limit'>,
): AsyncGenerator<InventoryItem[]> {
  let after: InventoryPosition | null = null
  do {
    const page: Page<InventoryItem, InventoryPosition> = await readInventory(asker, organizationId, {
      ...query,
      after,
      limit: CSV_PAGE,
    })
    yield page.items
    after = page.next
  } while (after)
}
