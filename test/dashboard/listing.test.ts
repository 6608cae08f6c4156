import { describe, expect, it } from 'vitest'
import { type ApiBody, Developer } from '../support/workers/developer.ts'

async function walk(developer: Developer, query: string): Promise<ApiBody[][]> {
  const pages: ApiBody[][] = []
  for (let cursor: string | null = ''; cursor !== null && pages.length < 20; ) {
    const { body } = await developer.call('GET', `/api/v1/apps?${query}${cursor && `&cursor=${cursor}`}`)
    pages.push(body.items)
    cursor = body.next_cursor
  }
  return pages
}

const ids = (apps: ApiBody[]) => apps.map((app) => app.client_id)

describe('listing apps', () => {
  it('walks all of them by cursor, each once, in one order', async () => {
    const developer = await Developer.signIn()
    const registered: string[] = []
    for (let i = 0; i < 5; i++) registered.push((await developer.registerApp()).client_id)

    const pages = await walk(developer, 'limit=2')
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
    expect(ids(pages.flat()).sort()).toEqual(registered.sort())
    expect(ids(pages.flat())).toEqual(ids((await walk(developer, 'limit=100')).flat()))
  })

  it('says that there is no next page when the last one is full', async () => {
    const developer = await Developer.signIn()
    for (let i = 0; i < 2; i++) await developer.registerApp()
    const { body } = await developer.call('GET', '/api/v1/apps?limit=2')
    expect(body).toMatchObject({ items: [{}, {}], next_cursor: null })
  })

  it('shows no app twice and leaves none out when apps come and go meanwhile', async () => {
    const developer = await Developer.signIn()
    for (let i = 0; i < 4; i++) await developer.registerApp()
    const all = (await walk(developer, 'limit=100')).flat()
    const first = await developer.call('GET', '/api/v1/apps?limit=2')
    await developer.registerApp()
    await developer.call('DELETE', `/api/v1/apps/${all[1]?.client_id}`)
    const second = await developer.call('GET', `/api/v1/apps?limit=2&cursor=${first.body.next_cursor}`)
    for (const app of ids(all.slice(2)))
      expect([...ids(second.body.items), ...ids(await listed(developer))]).toContain(app)
    expect(ids(first.body.items).filter((id) => ids(second.body.items).includes(id))).toEqual([])
  })

  it('is of all organizations of the person, or of one', async () => {
    const developer = await Developer.signIn()
    const organizationId = await developer.join('developer')
    const personal = await developer.registerApp()
    const shared = await developer.registerApp({ organization_id: organizationId })
    expect(ids(await listed(developer)).sort()).toEqual([personal.client_id, shared.client_id].sort())
    const one = await developer.call('GET', `/api/v1/apps?organization_id=${organizationId}`)
    expect(ids(one.body.items)).toEqual([shared.client_id])
  })

  for (const query of ['limit=0', 'limit=101', 'limit=x', 'limit=1.5', 'cursor=x', 'cursor=bnVsbA', 'cursor=%20']) {
    it(`refuses ?${query}`, async () => {
      const developer = await Developer.signIn()
      const { status, body } = await developer.call('GET', `/api/v1/apps?${query}`)
      expect(status).toBe(400)
      expect(body.detail).toContain(query.split('=')[0])
    })
  }
})

describe('listing scopes', () => {
  it('shows the catalogue with absolute resources', async () => {
    const developer = await Developer.signIn()
    const { status, body } = await developer.call('GET', '/api/v1/scopes')
    expect(status).toBe(200)
    expect(body.next_cursor).toBeNull()
    expect(body.items).toContainEqual({
      name: 'apps:write',
      title: 'Manage apps',
      description: 'Register, change and delete apps of your organizations.',
      resource: 'http://localhost:8787/api/v1',
      target: 'organization',
      open_to: 'everyone',
      sensitive: true,
      deprecated: false,
      replaced_by: null,
    })
  })
})

async function listed(developer: Developer): Promise<ApiBody[]> {
  return (await walk(developer, 'limit=100')).flat()
}
