import { Hono } from 'hono'
import type { AppEnv } from '../../env.ts'
import { API_PROBLEMS, type ApiProblem } from '../../errors.ts'
import { SITE } from './addresses.ts'
import { problemPage, problemsPage } from './problems-page.tsx'

/** What the `type` of a problem document names (RFC 9457 §3.1.1) can be opened and read. */
export const problemPages = new Hono<AppEnv>()

problemPages.get(SITE.problems, (c) => problemsPage(c))

problemPages.get(SITE.problem, (c) => {
  const type = c.req.param('type')
  return Object.hasOwn(API_PROBLEMS, type) ? problemPage(c, type as ApiProblem) : c.notFound()
})
