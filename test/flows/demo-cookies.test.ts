import { expect, it } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ISSUER, transport } from '../support/workers/world.ts'

it('tells a browser that comes back to the demo without its cookie, instead of showing it as if nothing had been done', async () => {
  const page = await new Browser(transport, ISSUER).get('/demo/callback?code=pst_code_x&state=y')
  expect(page.status).toBe(400)
  expect(page.html).toContain('Allow cookies for this site')
  expect((await new Browser(transport, ISSUER).get('/demo')).html).not.toContain('Allow cookies') // control
})
