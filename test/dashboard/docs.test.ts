import { beforeAll, expect, it } from 'vitest'
import { callAnonymously, Developer, ORIGIN } from '../support/workers/developer.ts'
import { transport } from '../support/workers/world.ts'

interface Document {
  paths: Record<string, Record<string, { operationId: string; summary: string }>>
  components: { schemas: Record<string, { properties?: Record<string, unknown> }> }
}

let page: { response: Response; html: string; text: string }
let document: Document
beforeAll(async () => {
  const response = await transport(new Request(`${ORIGIN}/api/v1/docs`))
  const html = await response.text()
  page = { response, html, text: textOf(html) }
  document = (await callAnonymously('/api/v1/openapi.json')).body as unknown as Document
})

function textOf(html: string): string {
  const text = html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll(/\s+/g, ' ')
}

/** The example of an operation, as it stands on the page. */
function exampleOf(operationId: string): string {
  const operation = page.html.slice(page.html.indexOf(`id="${operationId}"`))
  return textOf(/<pre[^>]*>([\s\S]*?)<\/pre>/.exec(operation)?.[1] ?? '')
}

it('is a page that nobody has to sign in for', () => {
  expect(page.response.status).toBe(200)
  expect(page.response.headers.get('Content-Type')).toContain('text/html')
  expect(page.response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
})

it('needs no script, and nothing from elsewhere', () => {
  // The one that every page has, from our own origin; it only improves forms.
  expect([...page.html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual([
    expect.stringMatching(/^<script src="\/(?!\/)[^"]+"[^>]*>$/),
  ])
  const addresses = [...page.html.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '')
  expect(addresses.length).toBeGreaterThan(10) // control
  expect(addresses.filter((address) => !/^[/#]/.test(address) || address.startsWith('//'))).toEqual([])
})

it('shows each operation of the document', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { operationId, summary }] of Object.entries(methods)) {
      expect(page.html, path).toContain(`id="${operationId}"`)
      expect(page.text).toContain(`${method.toUpperCase()} ${path} ${summary}`)
    }
  }
})

it('shows each field of each object', () => {
  const names = Object.values(document.components.schemas).flatMap(({ properties = {} }) => Object.keys(properties))
  expect(names.length).toBeGreaterThan(50) // control
  for (const name of new Set(names)) expect(page.html).toContain(`<code>${name}</code>`)
})

it('leads to every object that it names', () => {
  const targets = [...page.html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
  for (const id of new Set(targets)) expect(page.html).toContain(`id="${id}"`)
})

it('says what a request needs and what it answers', () => {
  expect(page.text).toContain('An access token needs apps:write .')
  expect(page.text).toContain('client_name string required')
  expect(page.text).toContain('This Idempotency-Key was used for something else')
})

it('gives an example of registering an app that registers one', async () => {
  const example = exampleOf('registerApp')
  expect(example).toContain(`curl -s \\ -H "Authorization: Bearer $TOKEN"`)
  const [, body = '', address = ''] = /--json '(.+)' \\ '(.+)'/.exec(example) ?? []
  expect(address).toBe(`${ORIGIN}/api/v1/apps`)
  const developer = await Developer.signIn()
  expect((await developer.call('POST', '/api/v1/apps', body)).status).toBe(201)
})

it('fills the path of an example, and names the method that curl does not guess', () => {
  expect(exampleOf('getApp')).toMatch(/\/api\/v1\/apps\/app_\w+'/)
  expect(exampleOf('getApp')).not.toContain('-X')
  expect(exampleOf('changeApp')).toContain('-X PATCH')
  expect(exampleOf('deleteApp')).toContain('-X DELETE')
})

it('is linked from the front page', async () => {
  const html = await (await transport(new Request(`${ORIGIN}/`))).text()
  expect(html).toContain('href="/api/v1/docs"')
})
