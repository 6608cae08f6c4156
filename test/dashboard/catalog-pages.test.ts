import { beforeAll, expect, it } from 'vitest'
import { Developer } from '../support/workers/developer.ts'

let operator: Developer

beforeAll(async () => {
  operator = await Developer.signIn('operator@example.com')
})

const NEW = '/operator/catalog/resources/new'

it('is for operators, and others see no link to it', async () => {
  const other = await Developer.signIn()
  expect((await other.browser.get('/operator/catalog')).status).toBe(403)
  expect((await other.browser.get('/developer')).html).not.toContain('href="/operator')
  expect((await operator.browser.get('/operator/catalog')).status).toBe(200) // control
  expect((await operator.browser.get('/developer')).html).toContain('href="/operator"')
})

it('adds an API and its scope, changes both, and deletes the scope', async () => {
  const { browser } = operator
  const identifier = 'https://tasks.example.com'
  const added = await browser.submit(await browser.get(NEW), {
    identifier,
    name: 'Tasks API',
    open_to: 'everyone',
    signing_alg: 'ES256',
  })
  expect(added.location).toContain('done=saved')

  const query = new URLSearchParams({ identifier })
  const scope = { name: 'tasks:read', title: 'See tasks', description: 'See the tasks.', target: 'account' }
  await browser.submit(await browser.get(`/operator/catalog/scopes/new?${query}`), scope)
  const listed = await browser.get('/operator/catalog')
  expect(listed.html).toContain('Tasks API')
  expect(listed.html).toContain('See the tasks.')

  const edited = { name: 'Tasks', signing_alg: 'EdDSA', access_token_ttl_seconds: '120', open_to: 'first_party' }
  await browser.submit(await browser.get(`/operator/catalog/resources/edit?${query}`), edited)
  expect((await operator.call('GET', '/api/v1/resources')).body.items).toContainEqual({
    identifier,
    ...edited,
    access_token_ttl_seconds: 120,
    introspection_id: null,
  })

  const form = await browser.get('/operator/catalog/scopes/tasks:read')
  await browser.submit(form, { title: 'See tasks', description: 'See all tasks.', deprecated: 'yes', replaced_by: '' })
  expect((await operator.call('GET', '/api/v1/scopes')).body.items).toContainEqual(
    expect.objectContaining({ name: 'tasks:read', description: 'See all tasks.', deprecated: true }),
  )
  const token = /name="form_token" value="([^"]+)"/.exec(form.html)?.[1] ?? ''
  const removed = await browser.post('/operator/catalog/scopes/tasks:read/delete', { form_token: token })
  expect(removed.location).toContain('done=saved')
  expect((await browser.get('/operator/catalog/scopes/tasks:read')).status).toBe(404)
})

it('shows what is wrong next to the field', async () => {
  const { browser } = operator
  const page = await browser.submit(await browser.get(NEW), {
    identifier: 'http://tasks.example.com',
    name: 'Tasks',
    open_to: 'everyone',
    signing_alg: 'ES256',
    access_token_ttl_seconds: 'soon',
  })
  expect(page.status).toBe(422)
  expect(page.html).toMatch(/id="identifier-problem"[\s\S]*?must start with https/)
  expect(page.html).toContain('id="access_token_ttl_seconds-problem"')
  expect(page.html).toContain('value="soon"')
})

it('says what depends on a scope that cannot be deleted', async () => {
  const { browser } = operator
  const form = await browser.get('/operator/catalog/scopes/apps:read')
  const token = /name="form_token" value="([^"]+)"/.exec(form.html)?.[1] ?? ''
  const refused = await browser.post('/operator/catalog/scopes/apps:read/delete', { form_token: token })
  expect(refused.status).toBe(409)
  expect(refused.html).toContain('belong to it and stay')
})
