import { Hono } from 'hono'
import { PageError } from '../../errors.ts'
import { currentTime } from '../../lib/clock.ts'
import { SITE } from './addresses.ts'
import type { PageEnv } from './api-env.ts'
import { findKept } from './confirmation.ts'
import { confirmedPage } from './confirmed-page.tsx'

/** What somebody had sent before they confirmed that it is them. Showing it changes nothing; the button sends it. */
export const confirmedPages = new Hono<PageEnv>()

confirmedPages.get(SITE.confirmed, async (c) => {
  const { accountId } = c.get('caller')
  const kept = await findKept(c.env, { id: c.req.param('id'), accountId }, currentTime())
  if (!kept)
    throw new PageError(404, 'Nothing waits here any more.', 'Open the page again and send the form from there.')
  return confirmedPage(c, kept)
})
