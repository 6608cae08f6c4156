import { Hono } from 'hono'
import type { PageEnv } from '../kit/api-env.ts'
import { requireVisitor } from '../kit/visitor.ts'
import { deletePage } from './delete-page.tsx'
import { kindsPage } from './kinds-page.tsx'
import { listPage } from './list-page.tsx'
import { overviewPage } from './overview-page.tsx'
import { publisherPage } from './publisher/publisher-page.tsx'
import { registerPage } from './register-page.tsx'
import { deleteSecretPage } from './secrets/delete-secret-page.tsx'
import { secretsPage } from './secrets/secrets-page.tsx'
import { settingsPage } from './settings-page.tsx'
import { tryPage } from './try-it/try-page.tsx'

/** The dashboard for developers, over the use cases of the API. */
export const developerPages = new Hono<PageEnv>()

developerPages.use('/developer/*', requireVisitor)
developerPages.route('/', listPage)
developerPages.route('/', kindsPage)
developerPages.route('/', registerPage)
developerPages.route('/', overviewPage)
developerPages.route('/', settingsPage)
developerPages.route('/', deletePage)
developerPages.route('/', secretsPage)
developerPages.route('/', deleteSecretPage)
developerPages.route('/', publisherPage)
developerPages.route('/', tryPage)
