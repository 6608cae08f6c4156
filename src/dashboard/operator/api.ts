import { createRoute, z } from '@hono/zod-openapi'
import { ALGORITHMS } from '../../keys/algorithms.ts'
import { listKeys } from '../../keys/keys-store.ts'
import { toSnakeKeys } from '../../lib/case.ts'
import { listAllCutOffJobs } from '../../revocation/cut-off-jobs-store.ts'
import { listSuspendables, SUSPENDABLES } from '../../revocation/suspensions-store.ts'
import { actionContext } from '../kit/action-context.ts'
import { cutOffJobBody } from '../kit/cut-off-job.ts'
import { readJsonBody } from '../kit/json-body.ts'
import { requireOperator } from '../kit/operator.ts'
import { formatCursor, listOf, pageQuery, parseCursor, toPage } from '../kit/pagination.ts'
import { guarded, jsonAnswer, jsonBody, newApi, problems } from '../kit/route.ts'
import { readHealth, rotateSigningKey, withdrawSigningKey } from './actions.ts'
import { resume, suspend } from './suspend.ts'

const READ = ['forbidden', 'invalid-request', 'validation-failed'] as const
const CHANGE = [
  'forbidden',
  'sign-in-too-old',
  'cross-origin',
  'conflict',
  'invalid-request',
  'validation-failed',
] as const

const kind = z.enum(SUSPENDABLES).openapi({ description: 'What is meant.', example: 'apps' })
const item = z
  .object({
    id: z.string().openapi({ description: 'The client_id, or the id.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    name: z.string().openapi({ description: 'What people know it by.', example: 'Release notes' }),
    detail: z
      .string()
      .openapi({ description: 'Of an app its publisher, of an organization its slug.', example: 'acme' }),
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    suspended_at: z.int().nullable().openapi({ description: 'Epoch seconds; null: it runs.', example: null }),
  })
  .openapi('Suspendable', { description: 'What operators can stop everywhere.' })
const suspendableList = listOf(item).openapi('SuspendableList', { description: 'The newest first.' })

const suspensionPath = z.object({
  kind,
  id: z.string().max(100).openapi({ description: 'The client_id, or the id.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
})
export const newSuspension = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(1, 'Say why.')
      .max(500)
      .openapi({ description: 'Why; goes into the audit log.', example: 'Leaked its secret.' }),
  })
  .openapi('Suspension', { description: 'Stops it everywhere.' })

const resumeQuery = z.object({
  keep_grants: z.enum(['true', 'false']).default('false').openapi({
    description: 'Whether consents from before the suspension count again.',
    example: 'false',
  }),
})

const jobItem = cutOffJobBody
  .extend({ organization_id: z.string().openapi({ description: 'Whose decision it was.', example: 'org_2b1Qv0aX' }) })
  .openapi('AnyCutOffJob', { description: 'The clean-up behind a decision of some organization.' })
const jobList = listOf(jobItem).openapi('AnyCutOffJobList', { description: 'Running ones first.' })

const key = z
  .object({
    kid: z.string().openapi({ description: 'Names it in tokens.', example: 'Hd0sZk3PqLm' }),
    alg: z.enum(ALGORITHMS).openapi({ description: 'What it signs with.', example: 'ES256' }),
    shard: z.string().openapi({ description: 'Where it lives.', example: 'weur' }),
    state: z.enum(['signing', 'published', 'retired', 'withdrawn']).openapi({
      description: '`published`: it will sign; `retired`: it signs no more, and its tokens are still valid.',
      example: 'signing',
    }),
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    signs_from: z.int().openapi({ description: 'Epoch seconds: not before.', example: 1_790_086_400 }),
  })
  .openapi('SigningKey', { description: 'The public face of a signing key.' })
const keyList = listOf(key).openapi('SigningKeyList', { description: 'The newest first.' })

const keyPath = z.object({ kid: z.string().max(100).openapi({ description: 'The key.', example: 'Hd0sZk3PqLm' }) })

const health = z
  .object({
    healthy: z.boolean().openapi({ description: 'Whether everything answered in time.', example: true }),
    database_ms: z.int().nullable().openapi({ description: 'A read of D1; null: it did not answer.', example: 4 }),
    views_ms: z.int().nullable().openapi({ description: 'A read of KV; null: it did not answer.', example: 6 }),
    scheduled_at: z.int().nullable().openapi({ description: 'Epoch seconds: the last scheduled run.', example: null }),
    unfinished_jobs: z.int().openapi({ description: 'Clean-ups that run.', example: 0 }),
  })
  .openapi('Health', { description: 'How the deployment is.' })

const MAX_JOBS = 100

/** What operators see and stop. Fixed addresses come before the one that takes a kind. */
export const operations = newApi()

operations.openapi(
  createRoute({
    method: 'get',
    path: '/health',
    operationId: 'readHealth',
    tags: ['Operators'],
    summary: 'See how the deployment is',
    description: 'For operators, by session.',
    ...guarded(null, requireOperator),
    responses: { 200: jsonAnswer('What was found.', health), ...problems('forbidden') },
  }),
  async (c) => {
    const found = await readHealth(actionContext(c))
    return c.json(toSnakeKeys(health, { ...found, healthy: found.viewsMs !== null }), 200)
  },
)

operations.openapi(
  createRoute({
    method: 'get',
    path: '/jobs',
    operationId: 'listAllCutOffJobs',
    tags: ['Operators'],
    summary: 'Follow the clean-up of every organization',
    description: 'For operators, by session. The newest hundred, those that run first.',
    ...guarded(null, requireOperator),
    responses: {
      200: jsonAnswer('The jobs.', jobList),
      ...problems('forbidden'),
    },
  }),
  async (c) => {
    const jobs = await listAllCutOffJobs(c.env.DB, MAX_JOBS)
    return c.json(toSnakeKeys(jobList, { items: jobs, nextCursor: null }), 200)
  },
)

operations.openapi(
  createRoute({
    method: 'get',
    path: '/keys',
    operationId: 'listSigningKeys',
    tags: ['Operators'],
    summary: 'List signing keys',
    description: 'For operators, by session. Also those that are over, until nothing that they signed is valid.',
    ...guarded(null, requireOperator),
    responses: {
      200: jsonAnswer('All of them.', keyList),
      ...problems('forbidden'),
    },
  }),
  async (c) => {
    const keys = await listKeys(c.env.DB)
    return c.json(toSnakeKeys(keyList, { items: keys, nextCursor: null }), 200)
  },
)

operations.openapi(
  createRoute({
    method: 'post',
    path: '/keys/{kid}/withdrawal',
    operationId: 'withdrawSigningKey',
    tags: ['Operators'],
    summary: 'Withdraw a compromised signing key',
    description:
      'For operators, by session. It stops signing and leaves the key set at once; its tokens are inactive in ' +
      'introspection at once, and refused by APIs within five minutes. The standby signs, or a new key.',
    ...guarded(null, requireOperator),
    request: { params: keyPath },
    responses: { 204: { description: 'It is withdrawn.' }, ...problems(...CHANGE, 'not-found') },
  }),
  async (c) => {
    await withdrawSigningKey(actionContext(c), c.req.valid('param').kid)
    return c.body(null, 204)
  },
)

operations.openapi(
  createRoute({
    method: 'post',
    path: '/keys/{kid}/rotation',
    operationId: 'rotateSigningKey',
    tags: ['Operators'],
    summary: 'Rotate a signing key now',
    description:
      'For operators, by session. The standby of its shard signs from here on; the old key stays published until its ' +
      'last token has expired. A conflict says from when the standby may sign.',
    ...guarded(null, requireOperator),
    request: { params: keyPath },
    responses: { 204: { description: 'The standby signs.' }, ...problems(...CHANGE, 'not-found') },
  }),
  async (c) => {
    await rotateSigningKey(actionContext(c), c.req.valid('param').kid)
    return c.body(null, 204)
  },
)

operations.openapi(
  createRoute({
    method: 'get',
    path: '/{kind}',
    operationId: 'listSuspendables',
    tags: ['Operators'],
    summary: 'List all apps, organizations or accounts',
    description: 'For operators, by session. The newest first.',
    ...guarded(null, requireOperator),
    request: {
      params: z.object({ kind }),
      query: z.object({
        q: z
          .string()
          .trim()
          .max(100)
          .optional()
          .openapi({ description: 'Part of the name, or the id.', example: 'notes' }),
        ...pageQuery,
      }),
    },
    responses: {
      200: jsonAnswer('One page.', suspendableList),
      ...problems(...READ),
    },
  }),
  async (c) => {
    const { q, cursor, limit } = c.req.valid('query')
    const [createdAt, id] = cursor === undefined ? [] : parseCursor(cursor)
    const after = createdAt === undefined || id === undefined ? null : { createdAt, id }
    const query = { search: q || null, after, limit: limit + 1 }
    const found = await listSuspendables(c.env.DB, c.req.valid('param').kind, query)
    const { items, next } = toPage(found, limit)
    const nextCursor = next && formatCursor([next.createdAt, next.id])
    return c.json(toSnakeKeys(suspendableList, { items, nextCursor }), 200)
  },
)

operations.openapi(
  createRoute({
    method: 'put',
    path: '/{kind}/{id}/suspension',
    operationId: 'suspend',
    tags: ['Operators'],
    summary: 'Suspend an app, an organization or an account everywhere',
    description: 'For operators, by session. Effective at the next request; nothing is lost, and it can be lifted.',
    ...guarded(null, requireOperator, readJsonBody),
    request: { params: suspensionPath, body: jsonBody('Why.', newSuspension) },
    responses: {
      204: { description: 'It is suspended.' },
      ...problems(...CHANGE, 'too-large', 'unsupported-media-type'),
    },
  }),
  async (c) => {
    const { kind, id } = c.req.valid('param')
    await suspend(actionContext(c), kind, id, c.req.valid('json'))
    return c.body(null, 204)
  },
)

operations.openapi(
  createRoute({
    method: 'delete',
    path: '/{kind}/{id}/suspension',
    operationId: 'resume',
    tags: ['Operators'],
    summary: 'Lift a suspension',
    description:
      'For operators, by session. Consents from before the suspension count again only with `keep_grants=true`; otherwise ' +
      'apps ask people anew. Sessions of an account stay ended.',
    ...guarded(null, requireOperator),
    request: { params: suspensionPath, query: resumeQuery },
    responses: { 204: { description: 'It runs.' }, ...problems(...CHANGE) },
  }),
  async (c) => {
    const { kind, id } = c.req.valid('param')
    await resume(actionContext(c), kind, id, { keepGrants: c.req.valid('query').keep_grants === 'true' })
    return c.body(null, 204)
  },
)
