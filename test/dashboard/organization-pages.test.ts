import { beforeAll, expect, it } from 'vitest'
import type { Page } from '../support/browser.ts'
import { connect } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { makePublic } from '../support/workers/publish.ts'
import { createWorld, introspectAsApi, type World } from '../support/workers/world.ts'

let world: World
let slug: string
let organizationId: string

beforeAll(async () => {
  world = await createWorld()
  await makePublic(world.app.clientId)
  slug = `acme-${crypto.randomUUID().slice(0, 8)}`
  const created = await world.browser.submit(await world.browser.get('/organizations'), { name: 'Acme', slug })
  expect(created.location).toContain(`/organizations/${slug}`)
  const { items } = await (await world.browser.fetch('/api/v1/organizations')).json<{
    items: { id: string; slug: string }[]
  }>()
  organizationId = items.find((item) => item.slug === slug)?.id ?? ''
})

const show = () => world.browser.get(`/organizations/${slug}`)
const tokenOf = ({ html }: Page) => /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? ''

it('shows what is wrong with a new organization next to the field', async () => {
  const page = await world.browser.submit(await world.browser.get('/organizations'), {
    name: 'Acme',
    slug: 'Not a slug',
  })
  expect(page.status).toBe(422)
  expect(page.html).toContain('id="slug-problem"')
  expect(page.html).toContain('value="Not a slug"')
})

it('lets an administrator block an app that reaches it, and lift the block', async () => {
  const tokens = await connect(world.browser, world.integration, {}, { organization: [organizationId] })
  await expect.poll(async () => (await show()).html, { timeout: 15_000 }).toContain(`/apps/${world.app.clientId}`)
  const path = `/organizations/${slug}/apps/${world.app.clientId}`
  const form = { form_token: tokenOf(await show()) }
  expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([organizationId]) // control

  await world.browser.post(path, { ...form, decision: 'blocked' })
  expect((await show()).html).toContain('class="tag warn">blocked')
  expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([])

  await world.browser.post(path, { ...form, decision: 'none' })
  expect((await show()).html).not.toContain('class="tag warn">blocked')
  expect((await introspectAsApi(tokens.access_token)).organizations).toEqual([])
})

it('keeps the end of an approval when something else of it changes', async () => {
  const path = `/organizations/${slug}/apps/${world.app.clientId}`
  const form = { form_token: tokenOf(await show()), decision: 'approved', scope: 'projects:read' }
  await world.browser.post(path, { ...form, expires_on: '2090-01-31' })
  const shown = (await world.browser.get(path)).html
  const [input = ''] = /<input[^>]*name="expires_on"[^>]*>/.exec(shown) ?? []
  expect(input).toContain('value="2090-01-31"')
  await world.browser.post(path, { ...form, decision: 'none' })
  const [empty = ''] = /<input[^>]*name="expires_on"[^>]*>/.exec((await world.browser.get(path)).html) ?? []
  expect(empty).toContain('value=""')
})

it('is not there for others, and offers a member nothing to decide', async () => {
  const other = await Developer.signIn()
  expect((await other.browser.get(`/organizations/${slug}`)).status).toBe(404)
  await other.join('member', organizationId)
  const page = await other.browser.get(`/organizations/${slug}`)
  expect(page.status).toBe(200)
  expect(page.html).not.toContain('value="blocked"')
  const forbidden = { form_token: tokenOf(page), decision: 'blocked' }
  const answer = await other.browser.post(`/organizations/${slug}/apps/${world.app.clientId}`, forbidden)
  expect(answer.status).toBe(403)
})

it('changes roles, removes members, and keeps the last owner', async () => {
  const person = await Developer.signIn()
  await person.join('member', organizationId)
  const member = `/organizations/${slug}/members/${person.accountId}`
  const form = { form_token: tokenOf(await show()) }
  await world.browser.post(member, { ...form, role: 'admin' })
  expect((await show()).html).toMatch(/admin, since/)
  expect((await world.browser.post(`${member}/remove`, form)).location).toContain(`/organizations/${slug}`)
  expect((await person.browser.get(`/organizations/${slug}`)).status).toBe(404)

  const self = /members\/(acc_[\w-]+)/.exec((await show()).html)?.[1]
  const refused = await world.browser.post(`/organizations/${slug}/members/${self}/remove`, form)
  expect(refused.status).toBe(409)
  expect(refused.html).toContain('last owner')
})
