import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { app } from '../../src/app.ts'
import type { Role } from '../../src/organizations/organization.ts'
import { Browser, signIn } from '../support/browser.ts'
import { Developer, ORIGIN } from '../support/workers/developer.ts'

const newSlug = () => `org-${crypto.randomUUID().slice(0, 8)}`

let owner: Developer
beforeAll(async () => {
  owner = await Developer.signIn()
})

async function newOrganization(by = owner): Promise<string> {
  const { body } = await by.call('POST', '/api/v1/organizations', { name: 'Acme', slug: newSlug() })
  return `/api/v1/organizations/${body.id}`
}

async function join(organization: string, role: Role): Promise<Developer> {
  const person = await Developer.signIn()
  await person.join(role, organization.split('/').at(-1))
  return person
}

const roleOf = (person: Developer, organization: string) =>
  env.DB.prepare('SELECT role FROM members WHERE organization_id = ? AND account_id = ?')
    .bind(organization.split('/').at(-1), person.accountId)
    .first<Role>('role')

describe('an organization', () => {
  it('is created by whoever then owns it, and renamed', async () => {
    const slug = newSlug()
    const created = await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ name: 'Acme', slug, personal: false, role: 'owner' })
    const path = `/api/v1/organizations/${created.body.id}`
    expect((await owner.call('PATCH', path, { name: 'Acme Ltd' })).body).toMatchObject({ name: 'Acme Ltd', slug })
    const listed = await owner.call('GET', '/api/v1/organizations')
    expect(listed.body.items[0]).toMatchObject({ personal: true, slug: null, role: 'owner' })
    expect(listed.body.items).toContainEqual(expect.objectContaining({ name: 'Acme Ltd' }))
  })

  it.each(['', 'Acme', 'acme.', '-acme', 'new', 'a'.repeat(41)])('is not found under %j', async (slug) => {
    const { status, body } = await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug })
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ pointer: '/slug' }])
  })

  it('shares its slug with no other', async () => {
    const slug = newSlug()
    await owner.call('POST', '/api/v1/organizations', { name: 'First', slug })
    const second = await owner.call('POST', '/api/v1/organizations', { name: 'Second', slug })
    expect(second.body.errors).toEqual([{ pointer: '/slug', detail: 'This slug is taken.' }])
    const other = await newOrganization()
    expect((await owner.call('PATCH', other, { slug })).status).toBe(422)
  })

  it.each([
    [{}, 'open'],
    [{ DEFAULT_APP_POLICY: 'approved' }, 'approved'],
  ])('begins with the policy that the operator chose: %o', async (variables, policy) => {
    const person = new Browser(
      async (request) => app.fetch(request, { ...env, ...variables }, createExecutionContext()),
      ORIGIN,
    )
    const email = `${crypto.randomUUID()}@example.com`
    await signIn(person, email)
    const slug = newSlug()
    await person.submit(await person.get('/organizations'), { name: 'Acme', slug })
    const { results } = await env.DB.prepare(
      `SELECT policy FROM organizations JOIN members ON organization_id = organizations.id JOIN accounts ON accounts.id = account_id
        WHERE email = ? ORDER BY personal_account_id IS NULL`,
    )
      .bind(email)
      .all()
    expect(results).toEqual([{ policy: 'open' }, { policy }]) // the personal one stays open
  })

  it('that is personal is neither renamed nor left', async () => {
    const { body } = await owner.call('GET', '/api/v1/organizations')
    const path = `/api/v1/organizations/${body.items[0]?.id}`
    expect((await owner.call('PATCH', path, { name: 'Mine' })).status).toBe(409)
    expect((await owner.call('DELETE', `${path}/members/${owner.accountId}`)).status).toBe(409)
  })
})

describe('roles', () => {
  it.each([
    ['owner', 'owner', 200],
    ['owner', 'admin', 200],
    ['admin', 'developer', 200],
    ['admin', 'owner', 403],
    ['developer', 'member', 403],
    ['member', 'member', 403],
  ] as const)('an %s makes somebody %s: %i', async (by, role, status) => {
    const organization = await newOrganization()
    const actor = by === 'owner' ? owner : await join(organization, by)
    const person = await join(organization, 'member')
    const answer = await actor.call('PATCH', `${organization}/members/${person.accountId}`, { role })
    expect(answer.status).toBe(status)
    expect(await roleOf(person, organization)).toBe(status === 200 ? role : 'member')
  })

  it('of an owner are not for administrators to touch', async () => {
    const organization = await newOrganization()
    const admin = await join(organization, 'admin')
    const path = `${organization}/members/${owner.accountId}`
    expect((await admin.call('PATCH', path, { role: 'member' })).status).toBe(403)
    expect((await admin.call('DELETE', path)).status).toBe(403)
    expect(await roleOf(owner, organization)).toBe('owner')
  })
})

describe('the last owner', () => {
  it('neither leaves nor steps down, until there is another', async () => {
    const organization = await newOrganization()
    const self = `${organization}/members/${owner.accountId}`
    expect((await owner.call('PATCH', self, { role: 'member' })).status).toBe(409)
    expect((await owner.call('DELETE', self)).status).toBe(409)
    const second = await join(organization, 'member')
    await owner.call('PATCH', `${organization}/members/${second.accountId}`, { role: 'owner' })
    expect((await owner.call('DELETE', self)).status).toBe(204)
    expect((await second.call('GET', `${organization}/members`)).body.items).toHaveLength(1)
    expect((await owner.call('GET', `${organization}/members`)).status).toBe(404)
  })
})

it('writes who did what to whom into the audit log', async () => {
  const organization = await newOrganization()
  const person = await join(organization, 'member')
  await owner.call('PATCH', `${organization}/members/${person.accountId}`, { role: 'admin' })
  await person.call('DELETE', `${organization}/members/${person.accountId}`)
  const { results } = await env.DB.prepare(
    'SELECT event, actor, account_id, reason FROM audit_events WHERE organization_id = ? ORDER BY rowid',
  )
    .bind(organization.split('/').at(-1))
    .all()
  expect(results).toEqual([
    { event: 'organization.created', actor: owner.accountId, account_id: null, reason: null },
    { event: 'member.role_changed', actor: owner.accountId, account_id: person.accountId, reason: 'admin' },
    { event: 'member.left', actor: person.accountId, account_id: person.accountId, reason: null },
  ])
})
