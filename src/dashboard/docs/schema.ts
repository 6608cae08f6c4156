import { z } from 'zod'

/** As much of JSON Schema as our documents use. */
const schema = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  enum: z.array(z.string()).optional(),
  description: z.string().optional(),
  example: z.unknown().optional(),
  required: z.array(z.string()).default([]),
  get items() {
    return schema.optional()
  },
  get properties() {
    return z.record(z.string(), schema).default({})
  },
  get allOf() {
    return z.array(schema).default([])
  },
})
export type Schema = z.infer<typeof schema>

const content = z.record(z.string(), z.object({ schema }))
const operation = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z
    .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().default(false), schema }))
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: content.optional() })),
})
export type Operation = z.infer<typeof operation>

/** The OpenAPI document, as far as its human page shows it. */
export const apiDocument = z.object({
  info: z.object({ title: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
})
export type ApiDocument = z.infer<typeof apiDocument>
export type Schemas = ApiDocument['components']['schemas']

/** Where an operation stands in the document. */
export interface FoundOperation {
  method: string
  path: string
  operation: Operation
}

/** A type in words; `object` names one of the described objects. */
export interface TypeView {
  words: string
  object?: string
}

export interface FieldView {
  name: string
  type: TypeView
  required: boolean
  description: string
}

/** The name of the object that a schema refers to. */
export function referredName({ $ref }: Schema): string | undefined {
  return $ref?.split('/').at(-1)
}

/** A reference and what it is composed of, as one schema. */
export function resolve(found: Schema, schemas: Schemas): Schema {
  const named = schemas[referredName(found) ?? '']
  if (named) return resolve(named, schemas)
  const parts = found.allOf.map((part) => resolve(part, schemas))
  return {
    ...found,
    properties: Object.assign({}, ...parts.map((part) => part.properties), found.properties),
    required: [...parts.flatMap((part) => part.required), ...found.required],
  }
}

export function toFields(found: Schema, schemas: Schemas): FieldView[] {
  const { properties, required } = resolve(found, schemas)
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: toType(property),
    required: required.includes(name),
    description: property.description ?? resolve(property, schemas).description ?? '',
  }))
}

export function toType(found: Schema): TypeView {
  const object = referredName(found)
  if (object) return { words: '', object }
  if (found.allOf[0]) return toType(found.allOf[0])
  if (found.items) return prefixed('list of', toType(found.items))
  if (found.enum) return { words: found.enum.join(' | ') }
  const names = [found.type ?? 'any'].flat().map((name) => (name === 'string' && found.format ? found.format : name))
  return { words: names.join(' or ') }
}

function prefixed(prefix: string, type: TypeView): TypeView {
  return { ...type, words: `${prefix} ${type.words}`.trim() }
}
