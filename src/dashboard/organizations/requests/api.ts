import type { AccessRequest } from '../../../organizations/access-request.ts'
import type { RequestPosition } from '../../../organizations/access-requests-store.ts'
import { askerOf } from '../../kit/asker.ts'
import { formatCursor, parseCursor } from '../../kit/pagination.ts'
import { newApi } from '../../kit/route.ts'
import { answerRequest, readRequests } from './actions.ts'
import { decideAccessRequestRoute, listAccessRequestsRoute } from './routes.ts'

/** What members ask of their administrators. */
export const accessRequests = newApi()

accessRequests.openapi(listAccessRequestsRoute, async (c) => {
  const { limit, cursor, state = null } = c.req.valid('query')
  const after = cursor === undefined ? null : toRequestPosition(cursor)
  const { organization_id: id } = c.req.valid('param')
  const { items, next } = await readRequests(askerOf(c), id, state, { after, limit })
  const next_cursor = next && formatRequestPosition(next)
  return c.json({ items: items.map(toRequestBody), next_cursor }, 200)
})

accessRequests.openapi(decideAccessRequestRoute, async (c) => {
  const { organization_id: id, request_id: requestId } = c.req.valid('param')
  return c.json(toRequestBody(await answerRequest(askerOf(c), id, requestId, c.req.valid('json'))), 200)
})

export function toRequestPosition(cursor: string): RequestPosition {
  const [createdAt, id] = parseCursor(cursor)
  return { createdAt, id }
}

export function formatRequestPosition({ createdAt, id }: RequestPosition): string {
  return formatCursor([createdAt, id])
}

function toRequestBody(request: AccessRequest) {
  return {
    id: request.id,
    client_id: request.clientId,
    account_id: request.accountId,
    email: request.email,
    reason: request.reason,
    state: request.state,
    created_at: request.createdAt,
    note: request.note,
    decided_by: request.decidedBy,
    decided_at: request.decidedAt,
  }
}
