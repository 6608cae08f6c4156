import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect } from '../support/workers/connect.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, registerAnother, SETTINGS, type World } from '../support/workers/world.ts'

interface Item {
  client_id: string
  client_name: string
  state: string
  refused: boolean
  people: number
  scopes: { name: string; use: string }[]
}

let world: World
let organization: string
let accountId: string

async function call(method: string, path: string, body?: unknown) {
  const response = await world.browser.fetch(`/api/v1/organizations/${organization}${path}`, {
    method,
    headers: { Origin: world.browser.origin, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return response
}
const list = async (query = '') =>
  await (await call('GET', `/apps${query}`)).json<{ items: Item[]; next_cursor: string | null }>()

beforeAll(async () => {
  world = await createWorld({ ...SETTINGS, client_name: 'Release notes' })
  await makePublic(world.app.clientId)
  const created = await world.browser.fetch('/api/v1/organizations', {
    method: 'POST',
    headers: { Origin: world.browser.origin, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Acme', slug: crypto.randomUUID() }),
  })
  organization = (await created.json<{ id: string }>()).id
  const second = await registerAnother(world, { ...SETTINGS, client_name: '=HYPERLINK("https://evil.example")' })
  await makePublic(second.app.clientId)
  for (const { integration } of [world, second]) {
    const tokens = await connect(world.browser, integration, {}, { organization: [organization] })
    accountId = decodeJwt(tokens.access_token).sub ?? ''
  }
  await runDurableObjectAlarm(env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId)))
})

describe('the inventory', () => {
  it('shows each app with who connected it and what it may do', async () => {
    // Another file may have reported for this API.
    await changeByHand('UPDATE resources SET usage_reported_at = NULL')
    const { items } = await list('?sort=name')
    expect(items.map((item) => item.client_name)).toEqual(['=HYPERLINK("https://evil.example")', 'Release notes'])
    expect(items[1]).toMatchObject({ people: 1, state: 'undecided', refused: false })
    expect(items[1]?.scopes).toContainEqual({
      name: 'projects:read',
      in_effect: true,
      use: 'unreported',
      last_used_at: null,
    })
  })

  it('is read page by page', async () => {
    const first = await list('?sort=name&limit=1')
    expect(first.items).toHaveLength(1)
    const second = await list(`?sort=name&limit=1&cursor=${first.next_cursor}`)
    expect(second).toMatchObject({ items: [{ client_name: 'Release notes' }], next_cursor: null })
    expect((await call('GET', '/apps?cursor=made-up')).status).toBe(400)
  })

  it('follows a decision at once', async () => {
    await call('PUT', `/decisions/${world.app.clientId}`, { decision: 'blocked' })
    expect((await list('?state=blocked')).items).toMatchObject([{ client_id: world.app.clientId, refused: true }])
    expect((await list('?q=RELEASE')).items).toHaveLength(1)
    await call('DELETE', `/decisions/${world.app.clientId}`)
    expect((await list('?state=blocked')).items).toEqual([])
  })

  it('shows one app and one person', async () => {
    const path = `/apps/${(await list('?q=hyperlink')).items[0]?.client_id}`
    expect(await (await call('GET', path)).json()).toMatchObject({ people: 1 })
    const grants = await (await call('GET', `${path}/grants`)).json<{ items: object[] }>()
    expect(grants.items).toMatchObject([{ account_id: accountId, scopes: expect.arrayContaining(['projects:read']) }])
    const person = await (await call('GET', `/members/${accountId}/grants`)).json<{ items: object[] }>()
    expect(person.items.length).toBeGreaterThanOrEqual(1)
    expect((await call('GET', '/apps/app_nobody')).status).toBe(404)
  })

  it('is exported as CSV that a spreadsheet does not run', async () => {
    const response = await call('GET', '/apps/export?sort=name')
    expect(response.headers.get('Content-Type')).toContain('text/csv')
    expect(response.headers.get('Content-Disposition')).toContain('attachment')
    const [header, first, second, end] = (await response.text()).split('\r\n')
    expect(header).toMatch(/^client_id,client_name,/)
    expect(first).toContain(`"'=HYPERLINK(""https://evil.example"")"`)
    expect(second).toContain('Release notes')
    expect(end).toBe('')
  })
})
