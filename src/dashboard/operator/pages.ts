import { type Context, Hono } from 'hono'
import { listKeys } from '../../keys/keys-store.ts'
import { findOrganizations } from '../../organizations/organizations-store.ts'
import { listAllCutOffJobs } from '../../revocation/cut-off-jobs-store.ts'
import { listSuspendables, SUSPENDABLES, type Suspendable } from '../../revocation/suspensions-store.ts'
import { askerOf } from '../kit/asker.ts'
import { parseBody } from '../kit/field-errors.ts'
import { problemsOf } from '../kit/form-problems.ts'
import { requireOperatorVisitor } from '../kit/operator.ts'
import { formatCursor, parseCursor } from '../kit/pagination.ts'
import { navigation, type PageEnv, requireRecentVisitor, requireVisitor } from '../kit/visitor.ts'
import { readHealth, rotateSigningKey, withdrawSigningKey } from './actions.ts'
import { newSuspension } from './api.ts'
import type { OperatorPart } from './frame.tsx'
import { keysPage } from './keys.tsx'
import { operatorPage } from './overview.tsx'
import { resume, suspend } from './suspend.ts'
import { suspendablesPage } from './suspendables.tsx'

const ITEMS_SHOWN = 25
const JOBS_SHOWN = 50

/** What operators see and stop. */
export const operatorPages = new Hono<PageEnv>()

operatorPages.use('/operator/*', requireVisitor, requireOperatorVisitor)
// A form that would be refused for an old sign-in is not shown in the first place.
operatorPages.use('/operator/*', requireRecentVisitor)

operatorPages.get('/operator', async (c) => {
  const [health, jobs] = await Promise.all([readHealth(askerOf(c)), listAllCutOffJobs(c.env.DB, JOBS_SHOWN)])
  const ids = [...new Set(jobs.map(({ organizationId }) => organizationId))]
  const names = new Map((await findOrganizations(c.env.DB, ids)).map(({ id, name }) => [id, name]))
  return operatorPage(c, { part: partOf(c, []), health, jobs, names })
})

operatorPages.get('/operator/keys', (c) => showKeys(c, []))

operatorPages.post('/operator/keys/:kid/rotate', (c) => changeKey(c, rotateSigningKey))
operatorPages.post('/operator/keys/:kid/withdraw', (c) => changeKey(c, withdrawSigningKey))

for (const kind of SUSPENDABLES) {
  operatorPages.get(`/operator/${kind}`, (c) => showSuspendables(c, kind, []))
  operatorPages.post(`/operator/${kind}/:id/suspend`, (c) =>
    changeSuspension(c, kind, () => {
      const body = parseBody(newSuspension, { reason: c.get('fields').get('reason') ?? '' })
      return suspend(askerOf(c), kind, c.req.param('id'), body)
    }),
  )
  operatorPages.post(`/operator/${kind}/:id/resume`, (c) =>
    changeSuspension(c, kind, () =>
      resume(askerOf(c), kind, c.req.param('id'), { keepGrants: c.get('fields').has('keep_grants') }),
    ),
  )
}

async function changeKey(c: Context<PageEnv>, change: typeof rotateSigningKey): Promise<Response> {
  try {
    await change(askerOf(c), c.req.param('kid') ?? '')
  } catch (error) {
    return showKeys(c, Object.values(problemsOf(error)).flat())
  }
  return c.redirect('/operator/keys', 303)
}

async function changeSuspension(
  c: Context<PageEnv>,
  kind: Suspendable,
  change: () => Promise<void>,
): Promise<Response> {
  try {
    await change()
  } catch (error) {
    return showSuspendables(c, kind, Object.values(problemsOf(error)).flat())
  }
  return c.redirect(`/operator/${kind}`, 303)
}

async function showKeys(c: Context<PageEnv>, problems: readonly string[]): Promise<Response> {
  return keysPage(c, { part: partOf(c, problems), keys: await listKeys(c.env.DB) })
}

async function showSuspendables(
  c: Context<PageEnv>,
  kind: Suspendable,
  problems: readonly string[],
): Promise<Response> {
  const { q: search = '', cursor } = c.req.query()
  const [createdAt, id] = cursor === undefined ? [] : parseCursor(cursor)
  const after = createdAt === undefined || id === undefined ? null : { createdAt, id }
  const query = { search: search.trim() || null, after, limit: ITEMS_SHOWN + 1 }
  const found = await listSuspendables(c.env.DB, kind, query)
  const items = found.slice(0, ITEMS_SHOWN)
  const last = found.length > ITEMS_SHOWN ? items.at(-1) : undefined
  const nextCursor = last ? formatCursor([last.createdAt, last.id]) : null
  return suspendablesPage(c, { part: partOf(c, problems), kind, items, search, nextCursor })
}

function partOf(c: Context<PageEnv>, problems: readonly string[]): OperatorPart {
  return { nav: navigation(c, 'operator'), formToken: c.get('caller').session.formToken, problems }
}
