import { listKeys } from '../../keys/keys-store.ts'
import { listAllCutOffJobs } from '../../revocation/cut-off-jobs-store.ts'
import { listSuspendables } from '../../revocation/suspensions-store.ts'
import { askerOf } from '../kit/asker.ts'
import { toJobBody } from '../kit/cut-off-job.ts'
import { formatCursor, parseCursor, toPage } from '../kit/pagination.ts'
import { newApi } from '../kit/route.ts'
import { readHealth, rotateSigningKey, withdrawSigningKey } from './actions.ts'
import {
  healthRoute,
  listAllJobsRoute,
  listKeysRoute,
  listSuspendablesRoute,
  resumeRoute,
  rotateKeyRoute,
  suspendRoute,
  withdrawKeyRoute,
} from './routes.ts'
import { resume, suspend } from './suspend.ts'

const MAX_JOBS = 100

/** What operators see and stop. Fixed addresses come before the one that takes a kind. */
export const operations = newApi()

operations.openapi(healthRoute, async (c) => {
  const { databaseMs, viewsMs, scheduledAt, unfinishedJobs } = await readHealth(askerOf(c))
  const found = { database_ms: databaseMs, views_ms: viewsMs, scheduled_at: scheduledAt }
  return c.json({ healthy: viewsMs !== null, ...found, unfinished_jobs: unfinishedJobs }, 200)
})

operations.openapi(listAllJobsRoute, async (c) => {
  const jobs = await listAllCutOffJobs(c.env.DB, MAX_JOBS)
  const items = jobs.map((job) => ({ ...toJobBody(job), organization_id: job.organizationId }))
  return c.json({ items, next_cursor: null }, 200)
})

operations.openapi(listKeysRoute, async (c) => {
  const keys = await listKeys(c.env.DB)
  const items = keys.map(({ createdAt, signsFrom, ...key }) => ({
    ...key,
    created_at: createdAt,
    signs_from: signsFrom,
  }))
  return c.json({ items, next_cursor: null }, 200)
})

operations.openapi(withdrawKeyRoute, async (c) => {
  await withdrawSigningKey(askerOf(c), c.req.valid('param').kid)
  return c.body(null, 204)
})

operations.openapi(rotateKeyRoute, async (c) => {
  await rotateSigningKey(askerOf(c), c.req.valid('param').kid)
  return c.body(null, 204)
})

operations.openapi(listSuspendablesRoute, async (c) => {
  const { q, cursor, limit } = c.req.valid('query')
  const [createdAt, id] = cursor === undefined ? [] : parseCursor(cursor)
  const after = createdAt === undefined || id === undefined ? null : { createdAt, id }
  const query = { search: q || null, after, limit: limit + 1 }
  const found = await listSuspendables(c.env.DB, c.req.valid('param').kind, query)
  const { items, next } = toPage(found, limit)
  const next_cursor = next && formatCursor([next.createdAt, next.id])
  return c.json({ items: items.map(toBody), next_cursor }, 200)
})

operations.openapi(suspendRoute, async (c) => {
  const { kind, id } = c.req.valid('param')
  await suspend(askerOf(c), kind, id, c.req.valid('json'))
  return c.body(null, 204)
})

operations.openapi(resumeRoute, async (c) => {
  const { kind, id } = c.req.valid('param')
  await resume(askerOf(c), kind, id, { keepGrants: c.req.valid('query').keep_grants === 'true' })
  return c.body(null, 204)
})

function toBody({ createdAt, suspendedAt, ...item }: Awaited<ReturnType<typeof listSuspendables>>[number]) {
  return { ...item, created_at: createdAt, suspended_at: suspendedAt }
}
