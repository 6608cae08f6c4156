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
import type { ActionContext } from '../../kit/action-context.ts'
import { formatCursor, type Listed, parseCursor, toPage } from '../../kit/pagination.ts'
import { requirePermission } from '../actions.ts'
import { auditExportQuery, type auditQuery } from './schemas.ts'

/** The newest first. */
export async function listAuditEvents(
  context: ActionContext,
  organizationId: string,
  { cursor, limit, ...query }: z.output<typeof auditQuery>,
): Promise<Listed<LoggedEvent>> {
  requirePermission(context, organizationId, 'read-audit')
  const page = { before: cursor === undefined ? null : toPosition(cursor), limit: limit + 1 }
  const found = await listOrganizationEvents(context.env.DB, organizationId, toAuditFilter(query), page)
  const { items, next } = toPage(found, limit)
  return { items, nextCursor: next && formatCursor([next.at, next.id]) }
}

const EXPORT_PAGE = 500

/** JSON lines, written as they are read: no memory holds more than one page. */
export function exportAuditEvents(
  context: ActionContext,
  organizationId: string,
  query: z.output<typeof auditExportQuery>,
): ReadableStream<Uint8Array> {
  requirePermission(context, organizationId, 'read-audit')
  let cursor: string | undefined
  return new ReadableStream({
    async pull(controller) {
      const page = await listAuditEvents(context, organizationId, { ...query, cursor, limit: EXPORT_PAGE })
      const lines = page.items.map((event) => `${JSON.stringify(toEventBody(event))}\n`)
      if (lines.length > 0) controller.enqueue(utf8(lines.join('')))
      if (page.nextCursor === null) return controller.close()
      cursor = page.nextCursor
    },
  })
}

export function toAuditFilter(query: z.output<typeof auditExportQuery>): AuditFilter {
  const { event = null, clientId, accountId, from = null, to = null } = toCamelKeys(auditExportQuery, query)
  return { event, clientId: clientId || null, accountId: accountId || null, from, to }
}

function toPosition(cursor: string): AuditPosition {
  const [at, id] = parseCursor(cursor)
  return { at, id }
}
