import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../support/workers/connect.ts'
import { createWorld, ISSUER, type World } from '../support/workers/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await connect(world.browser, world.integration) // from now on a GET is answered with a code
})

const REHEARSALS: [string, string, Record<string, string>][] = [
  ['HEAD', 'HEAD', {}],
  ['a prefetch', 'GET', { 'Sec-Purpose': 'prefetch' }],
  ['a prerender', 'GET', { 'Sec-Purpose': 'prefetch;prerender' }],
  ['a prefetch of older browsers', 'GET', { Purpose: 'prefetch' }],
  ['a prefetch of old Firefox', 'GET', { 'X-Moz': 'prefetch' }],
]

async function countAudited(): Promise<number> {
  const count = env.DB.prepare('SELECT count(*) AS events FROM audit_events WHERE client_id = ?')
  return (await count.bind(world.app.clientId).first<number>('events')) ?? -1
}

describe.each(REHEARSALS)('%s of /authorize', (_name, method, headers) => {
  it('gives no code, and changes nothing', async () => {
    const { path } = await world.integration.begin()
    const before = await countAudited()

    const answer = await world.browser.fetch(path, { method, headers })

    expect(answer.headers.get('Location')).toBeNull()
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(await answer.text()).toBe('')
    expect(await countAudited()).toBe(before)
    const followed = await world.browser.get(path) // control
    expect(new URL(followed.location ?? '').searchParams.has('code')).toBe(true)
  })

  it("does not end a developer's try-run at its callback", async () => {
    const overview = await world.browser.get(`/developer/apps/${world.app.clientId}`)
    const form = overview.html.slice(overview.html.indexOf(`action="/developer/try/`) - 40)
    const { location } = await world.browser.submit({ ...overview, html: form }, {})
    const consent = await world.browser.get(location ?? '')
    const organization = /name="organization" value="([^"]+)"/.exec(consent.html)?.[1] ?? ''
    const { location: callback } = await world.browser.submit(consent, { organization, decision: 'allow' })

    await world.browser.fetch(new URL(callback ?? '', ISSUER).pathname + new URL(callback ?? '').search, {
      method,
      headers,
    })

    const result = await world.browser.get(callback ?? '')
    expect(result.status).toBe(200)
    expect(result.html).not.toContain('This run is over')
  })
})
