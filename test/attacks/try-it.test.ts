import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Page } from '../support/browser.ts'
import { answerConsent } from '../support/integration.ts'
import { createWorld, newBrowser, type World } from '../support/workers/world.ts'

/** The consent page of a run that was just started. */
async function startRun({ browser, app }: World): Promise<Page> {
  const overview = await browser.get(`/developer/apps/${app.clientId}`)
  return browser.follow(await browser.submit(overview, {}))
}

async function livingGrants({ browser }: World): Promise<number> {
  const answer = await browser.fetch('/api/v1/grants')
  return (await answer.json<{ items: unknown[] }>()).items.length
}

describe('trying an app', () => {
  it('shows the consent page that people see, redeems the code, and keeps nothing', async () => {
    const world = await createWorld()
    const consent = await startRun(world)
    expect(consent.html).toContain('Test app</strong> wants access')
    const callback = await answerConsent(world.browser, consent, { scope: 'projects:write' })
    const result = await world.browser.get(callback.location ?? '')
    expect(result.html).toContain('It works')
    expect(result.html).toContain('projects:write')
    expect(result.html).toContain('and a refresh token')
    expect(result.html).not.toMatch(/pst_(code|rt)_|eyJ/)
    expect(await livingGrants(world)).toBe(0)
    await expect.poll(() => reasonsOf(world), { timeout: 5000 }).toEqual(['revoked_by_person'])
  })

  it('says what the app would be told when it is refused', async () => {
    const world = await createWorld()
    const callback = await answerConsent(world.browser, await startRun(world), { decision: 'deny' })
    const result = await world.browser.get(callback.location ?? '')
    expect(result.html).toContain('The person refused the request.')
  })

  it('counts once', async () => {
    const world = await createWorld()
    const callback = await answerConsent(world.browser, await startRun(world))
    const first = await world.browser.get(callback.location ?? '')
    expect(first.html).toContain('It works') // control
    expect((await world.browser.get(callback.location ?? '')).html).toContain('This run is over')
  })
})

describe('the test page as a redirect URI', () => {
  it('is not one before a run and not after it', async () => {
    const world = await createWorld()
    const request = new URL((await startRun(world)).url)
    const path = request.pathname + request.search
    expect((await world.browser.get(path)).status).toBe(200) // control: while it runs
    const callback = await answerConsent(world.browser, await world.browser.get(path))
    await world.browser.get(callback.location ?? '')
    const refused = await world.browser.get(path)
    expect(refused.status).toBe(400)
    expect(refused.html).toContain('redirect_uri_unregistered')
  })

  it('is one for the developer alone, and of the one app', async () => {
    const world = await createWorld()
    const other = await createWorld()
    const request = new URL((await startRun(world)).url)
    const stranger = await newBrowser()
    expect((await stranger.get(request.pathname + request.search)).status).toBe(400)
    request.searchParams.set('client_id', other.app.clientId)
    expect((await world.browser.get(request.pathname + request.search)).status).toBe(400)
  })

  it('takes no code that this run did not ask for', async () => {
    const world = await createWorld()
    const callback = new URL((await answerConsent(world.browser, await startRun(world))).location ?? '')
    callback.searchParams.set('state', 'x'.repeat(43))
    const result = await world.browser.get(callback.pathname + callback.search)
    expect(result.html).toContain('This run is over')
  })
})

async function reasonsOf({ app }: World) {
  const { results } = await env.DB.prepare(
    "SELECT reason FROM audit_events WHERE client_id = ? AND event = 'grant.revoked'",
  )
    .bind(app.clientId)
    .all()
  return results.map(({ reason }) => reason)
}
