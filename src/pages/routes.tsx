import { Hono } from 'hono'
import type { AppEnv } from '../env.ts'
import { accountRoutes } from './account-routes.tsx'
import { devRoutes } from './dev-routes.tsx'
import { htmlPage } from './html-page.tsx'
import { Landing } from './landing.tsx'
import { logoRoutes } from './logo-routes.ts'
import { SCRIPT_PATH, SCRIPTS } from './scripts.ts'
import { signInRoutes } from './sign-in-routes.tsx'
import { STYLES, STYLESHEET_PATH } from './styles.ts'

/** Their address changes with their text. */
const FOR_EVER = { 'Cache-Control': 'public, max-age=31536000, immutable' }

/** The pages for people, but for consent, which belongs to the authorization endpoint. */
export const pageRoutes = new Hono<AppEnv>()

pageRoutes.get('/', (c) => {
  const { issuer, development } = c.get('config')
  return htmlPage(c, <Landing host={new URL(issuer).host} development={development} />)
})
pageRoutes.get(STYLESHEET_PATH, (c) => c.body(STYLES, 200, { 'Content-Type': 'text/css', ...FOR_EVER }))
pageRoutes.get(SCRIPT_PATH, (c) => c.body(SCRIPTS, 200, { 'Content-Type': 'text/javascript', ...FOR_EVER }))
pageRoutes.route('/', signInRoutes)
pageRoutes.route('/', accountRoutes)
pageRoutes.route('/', logoRoutes)
pageRoutes.route('/', devRoutes)
