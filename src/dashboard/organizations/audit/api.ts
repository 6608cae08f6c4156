import { createRoute, z } from '@hono/zod-openapi'
import { toEventBody } from '../../../audit/event-body.ts'
import { actionContext } from '../../kit/action-context.ts'
import { organizationPath } from '../../kit/parameters.ts'
import { guarded, jsonAnswer, newApi, problems, READ_PROBLEMS } from '../../kit/route.ts'
import { exportAuditEvents, listAuditEvents } from './actions.ts'
import { auditEventList, auditExportQuery, auditQuery } from './schemas.ts'

/** Typed wide: the router would take a name that ends in json for one document. */
const JSON_LINES: string = 'application/x-ndjson'
const READ = [...READ_PROBLEMS, 'invalid-request', 'validation-failed'] as const

/** What happened in an organization, for those who answer for it. */
export const audit = newApi()

audit.openapi(
  createRoute({
    method: 'get',
    path: '/audit-events',
    operationId: 'listAuditEvents',
    tags: ['Audit'],
    summary: 'Read the audit log',
    description: 'For owners and administrators: what the organization did, and what became of grants that name it.',
    ...guarded('audit:read'),
    request: { params: organizationPath, query: auditQuery },
    responses: { 200: jsonAnswer('One page.', auditEventList), ...problems(...READ) },
  }),
  async (c) => {
    const { organization_id: organizationId } = c.req.valid('param')
    const { items, nextCursor } = await listAuditEvents(actionContext(c), organizationId, c.req.valid('query'))
    return c.json({ items: items.map(toEventBody), next_cursor: nextCursor }, 200)
  },
)

audit.openapi(
  createRoute({
    method: 'get',
    path: '/audit-events/export',
    operationId: 'exportAuditEvents',
    tags: ['Audit'],
    summary: 'Export the audit log',
    description: 'JSON lines: one AuditEvent on each, the newest first.',
    ...guarded('audit:read'),
    request: { params: organizationPath, query: auditExportQuery },
    responses: {
      200: { description: 'All that match.', content: { [JSON_LINES]: { schema: z.string() } } },
      ...problems(...READ),
    },
  }),
  async (c) => {
    const { organization_id: organizationId } = c.req.valid('param')
    const log = exportAuditEvents(actionContext(c), organizationId, c.req.valid('query'))
    c.header('Content-Type', JSON_LINES)
    c.header('Content-Disposition', 'attachment; filename="audit.ndjson"')
    return c.body(log, 200)
  },
)
