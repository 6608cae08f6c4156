import { beforeAll, describe, expect, it } from 'vitest'
import { dashboardRoutes } from '../../src/dashboard/routes.ts'
import { callAnonymously, Developer } from '../support/workers/developer.ts'

interface Operation {
  operationId: string
  summary: string
  description: string
  security: Record<string, string[]>[]
  parameters?: { name: string; in: string; required?: boolean }[]
  requestBody?: { required: boolean; content: Record<string, { schema: { $ref?: string } }> }
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
}
interface Schema {
  description?: string
  $ref?: string
  properties?: Record<string, Schema>
  additionalProperties?: boolean
  required?: string[]
}
interface Document {
  openapi: string
  info: { title: string; version: string }
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> }
}

let document: Document
beforeAll(async () => {
  const { status, headers, body } = await callAnonymously('/api/v1/openapi.json', {
    headers: { Origin: 'https://tool.example.com' },
  })
  expect(status).toBe(200)
  expect(headers.get('Content-Type')).toContain('application/json')
  expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
  document = body as unknown as Document
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 of this deployment', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) })
    expect(document.servers).toEqual([{ url: 'http://localhost:8787' }])
    expect(JSON.stringify(document)).not.toContain('"nullable"') // a word of 3.0
  })

  it('describes every mounted route and no other', () => {
    const mounted = dashboardRoutes.routes
      .filter(
        ({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/') && !/\/(openapi\.json|docs)$/.test(path),
      )
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    const described = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect(described.sort()).toEqual([...new Set(mounted)].sort())
    expect(described).toContain('DELETE /api/v1/apps/{client_id}/secrets/{id}')
  })

  it('describes each operation: words, guards, parameters and refusals', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, method, operation } of operations()) {
      expect(operation.summary, path).toBeTruthy()
      expect(operation.description, path).toMatch(/\.$/)
      // Protected APIs report with credentials of their own; nobody else is anybody there.
      const guards = path === '/api/v1/resource-usage' ? ['resource'] : ['access_token', 'session']
      expect(operation.security.map((scheme) => Object.keys(scheme)[0])).toEqual(guards)
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? []
      expect(declared.map((parameter) => parameter.name)).toEqual(inPath)
      expect(declared.every((parameter) => parameter.required)).toBe(true)
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '503']))
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description, `${method} ${path} ${status}`).toBeTruthy()
        if (status >= '400') expect(response.content).toHaveProperty(['application/problem+json'])
      }
      if (method === 'patch' || operation.requestBody) expect(operation.requestBody?.required).toBe(true)
    }
  })

  it('names the scope that an access token needs', () => {
    const scopeOf = (id: string) =>
      operations().find(({ operation }) => operation.operationId === id)?.operation.security[0]?.access_token
    expect(scopeOf('registerApp')).toEqual(['apps:write'])
    expect(scopeOf('listApps')).toEqual(['apps:read'])
    expect(scopeOf('createSecret')).toEqual(['secrets:write'])
    expect(scopeOf('listScopes')).toEqual([])
  })

  it('describes every schema, and every field of one', () => {
    const names = Object.keys(document.components.schemas)
    expect(names).toEqual(expect.arrayContaining(['App', 'AppRegistration', 'AppChange', 'Secret', 'Scope', 'Problem']))
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(schema.description, name).toBeTruthy()
      for (const [field, property] of Object.entries(schema.properties ?? {})) {
        // A field that is a schema of its own is described there.
        expect(property.description ?? property.$ref, `${name}.${field}`).toBeTruthy()
      }
    }
  })

  it('says that unknown fields are refused', () => {
    for (const name of ['AppRegistration', 'AppChange', 'SecretRequest']) {
      expect(document.components.schemas[name]?.additionalProperties).toBe(false)
    }
  })

  it('asks for no field of a change that may be left out', async () => {
    const required = (name: string) => document.components.schemas[name]?.required ?? []
    const changes = operations().filter(({ method, operation }) => method === 'patch' && operation.requestBody)
    const names = changes.map(({ operation }) => {
      const { schema } = Object.values(operation.requestBody?.content ?? {})[0] ?? {}
      return schema?.$ref?.split('/').at(-1) ?? ''
    })
    expect(names).toEqual(expect.arrayContaining(['AppChange', 'ScopeChange', 'ResourceChange', 'OrganizationChange']))
    const all = Object.fromEntries(names.filter((name) => name !== 'RoleChange').map((name) => [name, required(name)]))
    expect(all).toEqual(Object.fromEntries(Object.keys(all).map((name) => [name, []])))
    expect(required('AppRegistration')).toEqual(['client_name', 'redirect_uris']) // control

    const developer = await Developer.signIn()
    const { client_id } = await developer.registerApp()
    const { status } = await developer.call('PATCH', `/api/v1/apps/${client_id}`, { tos_uri: null })
    expect(status).toBe(200)
  })

  it('refers only to what it holds', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]
    expect(references.length).toBeGreaterThan(5)
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name ?? '')
  })
})
