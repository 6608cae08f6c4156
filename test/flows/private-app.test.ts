import { beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import type { Integration } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { createWorld, newBrowser, type World } from '../support/workers/world.ts'

let world: World
let integration: Integration
let stranger: Browser
beforeAll(async () => {
  world = await createWorld()
  integration = world.integration
  stranger = await newBrowser()
})

/** The link back to the app, as the browser would follow it. */
function backLink(html: string): URL {
  const href = /<a class="button primary" href="([^"]+)"/.exec(html)?.[1] ?? ''
  return new URL(href.replaceAll('&amp;', '&'))
}

describe('a stranger at a private app', () => {
  it('reads why, and takes the refusal back to the app', async () => {
    const { path, state } = await integration.begin()
    const page = await stranger.get(path)
    expect(page.status).toBe(403)
    expect(page.html).toContain('is a private app')
    expect(page.html).toContain('Nothing was granted')
    expect(page.html).not.toContain('<form')

    const back = backLink(page.html)
    expect(back.origin + back.pathname).toBe(integration.redirectUri)
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: 'access_denied',
      error_description: expect.stringContaining('private'),
      state,
      iss: stranger.origin,
    })
  })

  it('may come back as somebody else, to the same request', async () => {
    const { path } = await integration.begin()
    const href = /<a href="(\/sign-in[^"]+)"/.exec((await stranger.get(path)).html)?.[1] ?? ''
    const query = new URL(href.replaceAll('&amp;', '&'), stranger.origin).searchParams
    expect(query.get('return_to')).toBe(path)
    expect(query.get('switch')).toBe('1')
  })

  it('reads where it would be sent when the app asks for no page', async () => {
    const { path } = await integration.begin({ prompt: 'none' })
    const { location, html } = await stranger.get(path)
    expect(location).toBeNull()
    expect(html).toContain('href="https://app.example/callback?error=access_denied&amp;')
  })

  it('gets a page of ours, not a link, for a redirect URI that is not registered', async () => {
    const { path } = await integration.begin({ redirect_uri: 'https://evil.example/callback' })
    const page = await stranger.get(path)
    expect(page.status).toBe(400)
    expect(page.html).not.toMatch(/(href|src|action)="[^"]*evil\.example/)
  })
})

it('shows the consent page to a member of its organization', async () => {
  const { path } = await integration.begin()
  expect((await world.browser.get(path)).status).toBe(200)
})

it('shows it to everybody when the app is public', async () => {
  const { integration: open, app } = await createWorld()
  await changeByHand(`UPDATE apps SET visibility = 'public' WHERE client_id = ?`, app.clientId)
  expect((await stranger.get((await open.begin()).path)).status).toBe(200)
})
