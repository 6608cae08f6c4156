import { exports } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { dashboardRoutes } from '../../src/dashboard/routes.ts'
import { Developer, ORIGIN } from '../support/workers/developer.ts'

let owner: Developer
let outsider: Developer
let operator: Developer
const values: Record<string, string> = {}

beforeAll(async () => {
  owner = await Developer.signIn()
  outsider = await Developer.signIn()
  operator = await Developer.signIn('operator@example.com')
  values.slug = `org-${crypto.randomUUID().slice(0, 8)}`
  const organization = await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug: values.slug })
  const app = await owner.registerApp({ organization_id: organization.body.id })
  values.client_id = app.client_id
})

/** For everybody, whoever they are. */
const OPEN = ['/', '/problems', '/problems/:type', '/account/deleted', '/logos/:hash']

/** Every page of the dashboard, taken from its routes: a new one is asked for here by itself. */
const pages = dashboardRoutes.routes.filter(
  ({ method, path }) => ['GET', 'POST'].includes(method) && !/^\/(api|\.well-known|sign-out)/.test(path),
)
const addressOf = (path: string) => path.replaceAll(/:(\w+)/g, (_, name) => values[name] ?? 'none')
const below = (root: string) => pages.filter(({ path }) => path === root || path.startsWith(`${root}/`))

describe('a stranger', () => {
  it('is led to the sign-in page from every page that is not for everybody', async () => {
    const closed = pages.filter(({ path }) => !OPEN.includes(path))
    expect(closed.length).toBeGreaterThan(80) // control
    for (const { method, path } of closed) {
      const request = new Request(ORIGIN + addressOf(path), { method, redirect: 'manual', headers: { Origin: ORIGIN } })
      const { status, headers } = await exports.default.fetch(request)
      expect([method, path, status, headers.get('Location')?.split('?')[0]]).toEqual([method, path, 303, '/sign-in'])
    }
  })

  it('reads what is for everybody', async () => {
    for (const path of ['/', '/problems', '/account/deleted']) {
      expect((await exports.default.fetch(ORIGIN + path)).status).toBe(200)
    }
  })
})

describe('somebody who is signed in', () => {
  const getsAll = async (person: Developer, root: string) => {
    const statuses = below(root)
      .filter(({ method }) => method === 'GET')
      .map(async ({ path }) => [path, (await person.browser.fetch(addressOf(path), { redirect: 'manual' })).status])
    return Promise.all(statuses)
  }

  it.each([
    ['an organization of others', '/organizations/:slug'],
    ['an app of others', '/developer/apps/:client_id'],
    ['a trial run of an app of others', '/developer/try/:client_id'],
  ])('finds nothing at or below the address of %s', async (_what, root) => {
    const found = await getsAll(outsider, root)
    expect(found.length).toBeGreaterThan(1)
    expect(found.filter(([, status]) => status !== 404)).toEqual([])
    expect((await getsAll(owner, root)).filter(([, status]) => status !== 404).length).toBeGreaterThan(0) // control
  })

  it('is refused every page for operators', async () => {
    const found = await getsAll(outsider, '/operator')
    expect(found.length).toBeGreaterThan(20)
    expect(found.filter(([, status]) => status !== 403)).toEqual([])
    expect((await operator.browser.get('/operator')).status).toBe(200) // control
  })
})
