import { curlExample } from './example.ts'
import {
  type ApiDocument,
  type FieldView,
  type FoundOperation,
  type Operation,
  referredName,
  resolve,
  type Schemas,
  type TypeView,
  toFields,
  toType,
} from './schema.ts'

export interface OperationView {
  id: string
  method: string
  path: string
  summary: string
  description: string
  /** What an access token needs; undefined: any that is valid. */
  scope: string | undefined
  parameters: readonly (FieldView & { place: string })[]
  body: readonly FieldView[]
  answers: readonly { status: string; description: string; type: TypeView | undefined }[]
  curl: string
}

export interface ApiDocsView {
  title: string
  description: string
  resource: string
  groups: readonly { name: string; description: string; operations: readonly OperationView[] }[]
  objects: readonly { name: string; description: string; fields: readonly FieldView[] }[]
}

/** The human page says what the OpenAPI document says, and nothing besides. */
export function toDocsView(
  document: ApiDocument,
  { issuer, resource }: { issuer: string; resource: string },
): ApiDocsView {
  const { info, tags, components } = document
  const operations = listOperations(document)
  const bodies = new Set(operations.flatMap(({ operation }) => bodyName(operation) ?? []))
  return {
    title: info.title,
    description: info.description,
    resource,
    groups: tags.map(({ name, description }) => ({
      name,
      description,
      operations: operations
        .filter(({ operation }) => operation.tags.includes(name))
        .map((found) => toOperation(found, components.schemas, issuer)),
    })),
    objects: Object.entries(components.schemas)
      .filter(([name]) => !bodies.has(name))
      .map(([name, schema]) => ({
        name,
        description: schema.description ?? '',
        fields: toFields(schema, components.schemas),
      })),
  }
}

function listOperations({ paths }: ApiDocument): FoundOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function toOperation(found: FoundOperation, schemas: Schemas, issuer: string): OperationView {
  const { method, path, operation } = found
  const body = operation.requestBody?.content['application/json']?.schema
  return {
    id: operation.operationId,
    method,
    path,
    summary: operation.summary,
    description: operation.description,
    scope: operation.security.flatMap(({ access_token = [] }) => access_token)[0],
    parameters: operation.parameters.map(({ name, in: place, required, schema }) => ({
      name,
      place,
      required,
      type: toType(schema),
      description: schema.description ?? '',
    })),
    body: body ? toFields(body, schemas) : [],
    answers: Object.entries(operation.responses).map(([status, { description, content = {} }]) => {
      const schema = Object.values(content)[0]?.schema
      return { status, description, type: schema && toType(schema) }
    }),
    curl: curlExample(found, body && resolve(body, schemas), issuer),
  }
}

function bodyName({ requestBody }: Operation): string | undefined {
  const schema = requestBody?.content['application/json']?.schema
  return schema && referredName(schema)
}
