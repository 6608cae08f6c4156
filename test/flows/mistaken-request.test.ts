import { beforeAll, describe, expect, it } from 'vitest'
import { Browser } from '../support/browser.ts'
import { createWorld, ISSUER, newBrowser, SETTINGS, transport, type World } from '../support/workers/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld({
    ...SETTINGS,
    redirect_uris: ['https://app.example/callback', 'https://app.example/second'],
  })
})

const pathWith = async (parameters: Record<string, string>) => (await world.integration.begin(parameters)).path

describe('a redirect URI that is not registered', () => {
  const received = 'https://app.example/callback/?a="><script>alert(1)</script>'

  it('is shown as it came, beside what is registered, to who can change it', async () => {
    const page = await world.browser.get(await pathWith({ redirect_uri: received }))
    expect(page).toMatchObject({ status: 400, location: null })
    expect(page.html).toContain('https://app.example/callback/?a=&quot;&gt;&lt;script&gt;')
    expect(page.html).not.toContain('<script>')
    for (const uri of ['https://app.example/callback', 'https://app.example/second']) {
      expect(page.html).toContain(`<code>${uri}</code>`)
    }
    expect(page.html).toContain(`href="/developer/apps/${world.app.clientId}/settings"`)
  })

  it('tells strangers what came, and nothing of the app', async () => {
    const path = await pathWith({ redirect_uri: received })
    for (const browser of [new Browser(transport, ISSUER), await newBrowser()]) {
      const { html } = await browser.get(path)
      expect(html).toContain('https://app.example/callback/?a=')
      expect(html).not.toContain('https://app.example/second')
      expect(html).not.toContain('/settings')
    }
  })

  it('is shown in part when it is long', async () => {
    const { html } = await world.browser.get(await pathWith({ redirect_uri: `https://x.example/${'y'.repeat(2000)}` }))
    expect(html).toContain('y…')
    expect(html).not.toContain('y'.repeat(600))
  })
})

it('says what to do about an app that is unknown here', async () => {
  const page = await world.browser.get(await pathWith({ client_id: 'app_<b>gone' }))
  expect(page).toMatchObject({ status: 400, location: null })
  expect(page.html).toContain('<code>app_&lt;b&gt;gone</code>')
  expect(page.html).toContain('registered here, at localhost:8787')
  expect(page.html).toContain('href="/developer"')
})
