import type { z } from '@hono/zod-openapi'
import {
  type AuditFilter,
  type AuditPosition,
  type LoggedEvent,
  listOrganizationEvents,
} from '../../../audit/audit-query-store.ts'
import { toEventBody } from '../../../audit/event-body.ts'
import { toCamelKeys } from '../../../lib/case.ts'
import { utf8 } from '../../../lib/encoding.ts'
import type { Asker } from '../../kit/asker.ts'
import { type Page, toPage } from '../../kit/pagination.ts'
import { requirePermission } from '../actions.ts'
import { auditExportQuery } from './schemas.ts'

export async function readAuditLog(
  asker: Asker,
  organizationId: string,
  filter: AuditFilter,
  { before, limit }: { before: AuditPosition | null; limit: number },
): Promise<Page<LoggedEvent, AuditPosition>> {
  requirePermission(asker, organizationId, 'read-audit')
  const found = await listOrganizationEvents(asker.env.DB, organizationId, filter, { before, limit: limit + 1 })
  return toPage(found, limit)
}

const EXPORT_PAGE = 500

/** JSON lines, written as they are read: no memory holds more than one page. */
export function exportAuditLog(asker: Asker, organizationId: string, filter: AuditFilter): ReadableStream<Uint8Array> {
  requirePermission(asker, organizationId, 'read-audit')
  let before: AuditPosition | null = null
  return new ReadableStream({
    async pull(controller) {
      const page: Page<LoggedEvent, AuditPosition> = await readAuditLog(asker, organizationId, filter, {
        before,
        limit: EXPORT_PAGE,
      })
      const lines = page.items.map((event) => `${JSON.stringify(toEventBody(event))}\n`)
      if (lines.length > 0) controller.enqueue(utf8(lines.join('')))
      before = page.next
      if (!before) controller.close()
    },
  })
}

export function toAuditFilter(query: z.output<typeof auditExportQuery>): AuditFilter {
  const { event = null, clientId, accountId, from = null, to = null } = toCamelKeys(auditExportQuery, query)
  return { event, clientId: clientId || null, accountId: accountId || null, from, to }
}
