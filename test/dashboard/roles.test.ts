import { beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/organizations/organization.ts'
import { type ApiBody, anApp, Developer } from '../support/workers/developer.ts'

interface Standing {
  organizationId: string
  app: ApiBody
  secretId: string
}

let owner: Developer
let organizationId: string
beforeAll(async () => {
  owner = await Developer.signIn()
  organizationId = await owner.join('owner')
})

/** Every route, on an app of the organization. */
const ROUTES = [
  ['POST', () => '/api/v1/apps', (at: Standing) => anApp({ organization_id: at.organizationId }), 201],
  ['GET', (at: Standing) => `/api/v1/apps?organization_id=${at.organizationId}`, undefined, 200],
  ['GET', (at: Standing) => `/api/v1/apps/${at.app.client_id}`, undefined, 200],
  ['PATCH', (at: Standing) => `/api/v1/apps/${at.app.client_id}`, () => ({ client_name: 'Changed' }), 200],
  ['POST', (at: Standing) => `/api/v1/apps/${at.app.client_id}/secrets`, () => ({ name: 'Second' }), 201],
  ['GET', (at: Standing) => `/api/v1/apps/${at.app.client_id}/secrets`, undefined, 200],
  ['DELETE', (at: Standing) => `/api/v1/apps/${at.app.client_id}/secrets/${at.secretId}`, undefined, 204],
  ['DELETE', (at: Standing) => `/api/v1/apps/${at.app.client_id}`, undefined, 204],
  ['GET', () => '/api/v1/scopes', undefined, 200],
] as const

async function newStanding(): Promise<Standing> {
  const app = await owner.registerApp({ organization_id: organizationId })
  const { body } = await owner.call('GET', `/api/v1/apps/${app.client_id}/secrets`)
  return { organizationId, app, secretId: body.items[0]?.id ?? '' }
}

async function tryEveryRoute(who: Developer): Promise<number[]> {
  const at = await newStanding()
  const statuses: number[] = []
  for (const [method, path, body] of ROUTES) statuses.push((await who.call(method, path(at), body?.(at))).status)
  return statuses
}

describe('what a person may do with the apps of an organization', () => {
  for (const role of ['owner', 'admin', 'developer'] as const satisfies Role[]) {
    it(`as ${role}: everything`, async () => {
      const person = await Developer.signIn()
      await person.join(role, organizationId)
      expect(await tryEveryRoute(person)).toEqual(ROUTES.map(([, , , status]) => status))
    })
  }

  it('as member: read', async () => {
    const person = await Developer.signIn()
    await person.join('member', organizationId)
    const expected = ROUTES.map(([method, , , status]) => (method === 'GET' ? status : 403))
    expect(await tryEveryRoute(person)).toEqual(expected)
  })

  it('as a member of another organization: nothing exists, except the catalogue', async () => {
    const stranger = await Developer.signIn()
    await stranger.join('owner')
    expect(await tryEveryRoute(stranger)).toEqual([404, 404, 404, 404, 404, 404, 404, 404, 200])
  })
})
