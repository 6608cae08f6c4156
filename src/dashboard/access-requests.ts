import type { AccessRequest } from '../organizations/access-request.ts'
import { decideAccessRequestRoute, listAccessRequestsRoute } from './access-request-routes.ts'
import { answerRequest, listRequestsOf } from './access-request-use-cases.ts'
import { askerOf } from './app-use-cases.ts'
import { formatCursor, parseCursor } from './pagination.ts'
import { newApi } from './route.ts'

/** What members ask of their administrators. */
export const accessRequests = newApi()

accessRequests.openapi(listAccessRequestsRoute, async (c) => {
  const { limit, cursor, state = null } = c.req.valid('query')
  const after = cursor === undefined ? null : toPosition(cursor)
  const page = { after, limit: limit + 1 }
  const found = await listRequestsOf(askerOf(c), c.req.valid('param').organization_id, state, page)
  const items = found.slice(0, limit)
  const last = found.length > limit ? items.at(-1) : undefined
  const next_cursor = last ? formatCursor([last.createdAt, last.id]) : null
  return c.json({ items: items.map(toRequestBody), next_cursor }, 200)
})

accessRequests.openapi(decideAccessRequestRoute, async (c) => {
  const { organization_id: id, request_id: requestId } = c.req.valid('param')
  return c.json(toRequestBody(await answerRequest(askerOf(c), id, requestId, c.req.valid('json'))), 200)
})

function toPosition(cursor: string) {
  const [createdAt, id] = parseCursor(cursor)
  return { createdAt, id }
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
