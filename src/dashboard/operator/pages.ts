import { Hono } from 'hono'
import type { PageEnv } from '../kit/api-env.ts'
import { requireOperatorVisitor } from '../kit/operator.ts'
import { requireRecentVisitor, requireVisitor } from '../kit/visitor.ts'
import { keysPage } from './keys-page.tsx'
import { overviewPage } from './overview-page.tsx'
import { suspendablesPages } from './suspendables-page.tsx'

/** What operators see and stop. */
export const operatorPages = new Hono<PageEnv>()

operatorPages.use('/operator/*', requireVisitor, requireOperatorVisitor)
// A form that would be refused for an old sign-in is not shown in the first place.
operatorPages.use('/operator/*', requireRecentVisitor)
operatorPages.route('/', overviewPage)
operatorPages.route('/', keysPage)
operatorPages.route('/', suspendablesPages)
