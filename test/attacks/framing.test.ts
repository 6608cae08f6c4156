import { describe, expect, it } from 'vitest'
import { Browser, signIn } from '../support/browser.ts'
import { createWorld, ISSUER, newEmail, transport } from '../support/workers/world.ts'

async function expectUnframeable(response: Response): Promise<void> {
  const policy = response.headers.get('Content-Security-Policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("base-uri 'none'")
  expect(policy).not.toContain('unsafe-inline')
  expect(policy).not.toContain('form-action') // it would also stop the redirect that follows consent
  expect(response.headers.get('X-Frame-Options')).toBe('DENY')
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(response.headers.get('Referrer-Policy')).toBe('no-referrer')
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  expectNothingForeign(await response.text())
}

/** Everything that a page loads or sends comes from, and goes to, our own origin. */
function expectNothingForeign(html: string): void {
  const loaded = [...html.matchAll(/<(?:img|script|link|form|iframe)\b[^>]*\b(?:src|href|action)="([^"]*)"/g)]
  for (const [, address = ''] of loaded) expect(address).toMatch(/^\/(?!\/)/)
  expect(html).not.toMatch(/<style|\son\w+=|\sstyle=/)
}

describe('cannot be framed, cached, or made to load something foreign:', () => {
  it.each(['/', '/sign-in', '/dev/outbox', '/no-such-page', '/authorize'])('%s', async (path) => {
    const response = await transport(new Request(ISSUER + path))
    expect(response.headers.get('Content-Type')).toContain('text/html')
    await expectUnframeable(response)
  })

  it('the pages of somebody who signs in, is refused, and looks at their account', async () => {
    const browser = new Browser(transport, ISSUER)
    await browser.submit(await browser.get('/sign-in'), { email: newEmail() })
    await expectUnframeable(await browser.fetch('/sign-in/code'))
    const body = new URLSearchParams({ code: '00000000' })
    await expectUnframeable(await browser.fetch('/sign-in/code', { method: 'POST', body }))
    await signIn(browser, newEmail())
    await expectUnframeable(await browser.fetch('/account'))
  })

  it('the consent page', async () => {
    const { browser, integration } = await createWorld()
    const response = await browser.fetch((await integration.begin()).path)
    expect(response.status).toBe(200)
    await expectUnframeable(response)
  })
})

it('lets the stylesheet be kept (control)', async () => {
  const page = await (await transport(new Request(`${ISSUER}/`))).text()
  const path = /<link rel="stylesheet" href="([^"]+)"/.exec(page)?.[1] ?? ''
  const stylesheet = await transport(new Request(ISSUER + path))
  expect(stylesheet.status).toBe(200)
  expect(stylesheet.headers.get('Content-Type')).toContain('text/css')
  expect(stylesheet.headers.get('Cache-Control')).toContain('immutable')
})

it('shows what was typed as text', async () => {
  const browser = new Browser(transport, ISSUER)
  const page = await browser.submit(await browser.get('/sign-in'), { email: '"><script>alert(1)</script>' })
  expect(page.html).not.toContain('<script>')
  expect(page.html).toContain('&lt;script&gt;') // control: it is there, escaped
})
