import { Hono } from 'hono'
import { type PageEnv, requireVisitor } from '../kit/visitor.ts'
import { listPages } from './list-page.ts'
import { overviewPages } from './overview-page.ts'
import { publisherPages } from './publisher/pages.ts'
import { registerPages } from './register-page.ts'
import { secretPages } from './secrets/pages.ts'
import { settingsPages } from './settings-page.ts'
import { tryPages } from './try-it/pages.ts'

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
