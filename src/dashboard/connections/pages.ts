import { Hono } from 'hono'
import type { PageEnv } from '../kit/api-env.ts'
import { requireVisitor } from '../kit/visitor.ts'
import { connectionsPage } from './connections-page.tsx'
import { disconnectPage } from './disconnect-page.tsx'
import { narrowPage } from './narrow-page.tsx'

/** What a person allowed to apps, and how to take it back. */
export const connectionPages = new Hono<PageEnv>()

connectionPages.use('/connections/*', requireVisitor)
connectionPages.route('/', disconnectPage)
connectionPages.route('/', connectionsPage)
connectionPages.route('/', narrowPage)
