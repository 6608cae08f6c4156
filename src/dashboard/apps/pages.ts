import type { Hono } from 'hono'
import { SITE } from '../kit/addresses.ts'
import type { PageEnv } from '../kit/api-env.ts'
import { branch } from '../kit/branch.ts'
import { deletePage } from './delete-page.tsx'
import { kindsPage } from './kinds-page.tsx'
import { listPage } from './list-page.tsx'
import { overviewPage } from './overview-page.tsx'
import { publisherPage } from './publisher/publisher-page.tsx'
import { registerPage } from './register-page.tsx'
import { requireAppPage } from './require-app-page.ts'
import { deleteSecretPage } from './secrets/delete-secret-page.tsx'
import { secretsPage } from './secrets/secrets-page.tsx'
import { settingsPage } from './settings-page.tsx'
import { tryPage } from './try-it/try-page.tsx'

/** One app, for the members of its organization. */
const appPages = [overviewPage, settingsPage, deletePage, secretsPage, deleteSecretPage, publisherPage]

/** The dashboard for developers. `new` comes before the apps: it is none of their client_ids. */
export const developerPages: readonly Hono<PageEnv>[] = [
  listPage,
  kindsPage,
  registerPage,
  branch(SITE.app.overview, [requireAppPage], appPages),
  branch(SITE.app.try, [requireAppPage], [tryPage]),
]
