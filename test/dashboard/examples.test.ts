import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { callAnonymously } from '../support/workers/developer.ts'

interface JsonSchema {
  $ref?: string
  example?: unknown
  properties?: Record<string, JsonSchema>
  required?: string[]
}
interface Parameter {
  name: string
  example?: unknown
  schema: JsonSchema
}

let schemas: Record<string, JsonSchema>
let parameters: Parameter[]

beforeAll(async () => {
  const { body } = await callAnonymously('/api/v1/openapi.json')
  const document = body as unknown as {
    components: { schemas: Record<string, JsonSchema> }
    paths: Record<string, Record<string, { parameters?: Parameter[] }>>
  }
  schemas = document.components.schemas
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  parameters = operations.flatMap((operation) => operation.parameters ?? [])
})

/** What zod makes of a schema of the document, which may refer to the others. */
function compile(schema: JsonSchema) {
  const inlined = { ...schema, $defs: schemas }
  const text = JSON.stringify(inlined).replaceAll('#/components/schemas/', '#/$defs/')
  return z.fromJSONSchema(JSON.parse(text))
}

/** An object as the document shows it: every field by its own example, where it has one. */
function exampleOf(schema: JsonSchema): unknown {
  if (schema.example !== undefined) return schema.example
  if (schema.$ref) return exampleOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [name, exampleOf(field)])
  return fields.length > 0 ? Object.fromEntries(fields.filter(([, value]) => value !== undefined)) : undefined
}

describe('every documented example', () => {
  it('of a field is valid', () => {
    const wrong: string[] = []
    let checked = 0
    for (const [name, schema] of Object.entries(schemas)) {
      for (const [field, property] of Object.entries(schema.properties ?? {})) {
        if (property.example === undefined) continue
        checked++
        if (!compile(property).safeParse(property.example).success) wrong.push(`${name}.${field}`)
      }
    }
    expect(wrong).toEqual([])
    expect(checked).toBeGreaterThan(50) // control: there are examples
  })

  it('of a parameter is valid', () => {
    const shown = parameters.filter(({ example, schema }) => (example ?? schema.example) !== undefined)
    const wrong = shown.filter(({ example, schema }) => !compile(schema).safeParse(example ?? schema.example).success)
    expect(wrong.map(({ name }) => name)).toEqual([])
    expect(shown.length).toBeGreaterThan(10) // control
  })

  it.each([
    'AppRegistration',
    'AppChange',
    'SecretRequest',
    'NewScope',
    'ScopeChange',
    'NewResource',
    'GrantChange',
    'NewOrganization',
    'RoleChange',
    'NewInvitation',
    'AccessRequestDecision',
    'NewDecision',
    'Erasure',
  ])('of a body, %s, is one that the server takes', (name) => {
    const schema = schemas[name] ?? {}
    expect(compile(schema).safeParse(exampleOf(schema))).toMatchObject({ success: true })
    expect(compile(schema).safeParse({ no_such_field: 1 }).success).toBe(false) // control
  })
})
