import { Hono } from 'hono'
import { askerOf } from '../../kit/asker.ts'
import { formatCursor, parseCursor } from '../../kit/pagination.ts'
import type { PageEnv } from '../../kit/visitor.ts'
import { requireOwn } from '../require-own.ts'
import { exportAuditLog, readAuditLog, toAuditFilter } from './actions.ts'
import { auditPage } from './audit.tsx'
import { auditQuery } from './schemas.ts'

const EVENTS_SHOWN = 50
const DAY_SECONDS = 86_400

/** The audit log of an organization, for people. */
export const auditPages = new Hono<PageEnv>()

auditPages.get('/organizations/:slug/audit', async (c) => {
  const own = await requireOwn(c)
  const { cursor, ...query } = readQuery(c.req.query())
  const filter = toAuditFilter(query)
  const [at, id] = cursor === undefined ? [] : parseCursor(cursor)
  const before = at === undefined || id === undefined ? null : { at, id }
  const page = { before, limit: EVENTS_SHOWN }
  const { items: events, next } = await readAuditLog(askerOf(c), own.organization.id, filter, page)
  const nextCursor = next && formatCursor([next.at, next.id])
  return auditPage(c, { own, filter, events, nextCursor, query: toSearch(query) })
})

auditPages.get('/organizations/:slug/audit/export', async (c) => {
  const { organization } = await requireOwn(c)
  const { cursor: _cursor, ...query } = readQuery(c.req.query())
  const log = exportAuditLog(askerOf(c), organization.id, toAuditFilter(query))
  c.header('Content-Type', 'application/x-ndjson')
  c.header('Content-Disposition', `attachment; filename="${organization.slug}-audit.ndjson"`)
  return c.body(log)
})

const pageQuery = auditQuery.omit({ limit: true })

/** Days as a form sends them; a query that nobody would send by our own links shows everything. */
function readQuery({ from_day: fromDay = '', to_day: toDay = '', ...query }: Record<string, string>) {
  const [from, to] = [startOf(fromDay), startOf(toDay)]
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
  const days = { ...(from !== null && { from }), ...(to !== null && { to: to + DAY_SECONDS - 1 }) }
  const parsed = pageQuery.safeParse({ ...given, ...days })
  return parsed.success ? parsed.data : {}
}

function startOf(day: string): number | null {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  return Number.isNaN(start) ? null : start / 1000
}

function toSearch(query: object): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  return new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
}
