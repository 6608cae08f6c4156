import { Hono } from 'hono'
import type { PageEnv } from '../kit/api-env.ts'
import { requireOperatorVisitor } from '../kit/operator.ts'
import { requireRecentVisitor, requireVisitor } from '../kit/visitor.ts'
import { catalogPage } from './catalog-page.tsx'
import { newResourcePage } from './new-resource-page.tsx'
import { newScopePage } from './new-scope-page.tsx'
import { resourcePage } from './resource-page.tsx'
import { scopePage } from './scope-page.tsx'

/** Resources and their scopes, for operators who signed in lately. */
export const catalogPages = new Hono<PageEnv>()

catalogPages.use('/operator/*', requireVisitor, requireOperatorVisitor)
// A form that would be refused for an old sign-in is not shown in the first place.
catalogPages.use('/operator/catalog/*', requireRecentVisitor)
catalogPages.route('/', catalogPage)
catalogPages.route('/', newResourcePage)
catalogPages.route('/', resourcePage)
catalogPages.route('/', newScopePage)
catalogPages.route('/', scopePage)
