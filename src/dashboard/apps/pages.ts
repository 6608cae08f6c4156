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

/** The dashboard for developers. `new` comes before the apps: it is none of their client_ids. */
export const developerPages = [
  listPage,
  kindsPage,
  registerPage,
  overviewPage,
  settingsPage,
  deletePage,
  secretsPage,
  deleteSecretPage,
  publisherPage,
  tryPage,
]
