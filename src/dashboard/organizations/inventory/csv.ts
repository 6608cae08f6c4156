import { toIsoTime } from '../../../lib/clock.ts'
import { BYTE_ORDER_MARK, csvRecord } from '../../../lib/csv.ts'
import { utf8 } from '../../../lib/encoding.ts'
import type { InventoryItem, ScopeUse } from '../../../organizations/inventory.ts'

const HEADER = [
  ...['client_id', 'client_name', 'publisher_domain', 'first_party', 'own', 'state', 'refused', 'people', 'grants'],
  ...['scopes', 'scopes_in_effect', 'scopes_used', 'first_granted_at', 'last_used_at'],
]

/** The inventory as a file, written as it is read. */
export function inventoryCsv(pages: AsyncGenerator<InventoryItem[]>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(utf8(BYTE_ORDER_MARK + csvRecord(HEADER))),
    async pull(controller) {
      const { done, value } = await pages.next()
      if (done) controller.close()
      else controller.enqueue(utf8(value.map(toRecord).join('')))
    },
  })
}

function toRecord(item: InventoryItem): string {
  const used = item.scopes.filter(({ use }) => use === 'used')
  const reported = item.scopes.some(({ use }) => use !== 'unreported')
  return csvRecord([
    item.clientId,
    item.clientName,
    item.publisherDomain,
    String(item.firstParty),
    String(item.own),
    item.state,
    String(item.refused),
    item.people,
    item.grants,
    namesOf(item.scopes),
    namesOf(item.scopes.filter(({ inEffect }) => inEffect)),
    reported ? namesOf(used) : 'not reported',
    item.firstGrantedAt && toIsoTime(item.firstGrantedAt),
    item.lastUsedAt && toIsoTime(item.lastUsedAt),
  ])
}

function namesOf(scopes: readonly ScopeUse[]): string {
  return scopes.map(({ name }) => name).join(' ')
}
