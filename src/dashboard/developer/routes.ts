import { Hono } from 'hono'
import { type PageEnv, requireVisitor } from '../visitor.ts'
import { listPages } from './list.ts'
import { overviewPages } from './overview.ts'
import { publisherPages } from './publisher.ts'
import { registerPages } from './register.ts'
import { secretPages } from './secrets.ts'
import { settingsPages } from './settings.ts'
import { tryPages } from './try-it.ts'

/** The dashboard for developers, over the use cases of the API. */
export const developerPages = new Hono<PageEnv>()

developerPages.use('/developer/*', requireVisitor)
developerPages.route('/', listPages)
developerPages.route('/', registerPages)
developerPages.route('/', overviewPages)
developerPages.route('/', settingsPages)
developerPages.route('/', secretPages)
developerPages.route('/', publisherPages)
developerPages.route('/', tryPages)
