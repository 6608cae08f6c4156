import { Hono } from 'hono'
import { findLogo } from '../../apps/logo-store.ts'
import type { AppEnv } from '../../env.ts'

/** Named by their content, so they never change; whatever is hidden in one, no browser runs it on our origin. */
const LOGO_HEADERS = {
  'Cache-Control': 'public, max-age=31536000, immutable',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
}

export const logoRoutes = new Hono<AppEnv>()

logoRoutes.get('/logos/:hash', async (c) => {
  const logo = await findLogo(c.env.DB, c.req.param('hash'))
  if (!logo) return c.notFound()
  return c.body(logo.bytes, 200, { 'Content-Type': logo.contentType, ...LOGO_HEADERS })
})
