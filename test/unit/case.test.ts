import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { camelKeys, toCamelKeys, toSnakeKeys } from '../../src/lib/case.ts'
import { ownRow, toColumns } from '../../src/lib/columns.ts'
import { conditions } from '../../src/lib/d1.ts'
import { flagColumn } from '../../src/lib/flag-column.ts'
import { jsonColumn } from '../../src/lib/json-column.ts'

const columns = z.object({
  client_id: z.string(),
  redirect_uris: jsonColumn(z.array(z.string())),
  first_party: flagColumn,
  logo_uri: z.string().nullable(),
})
const row = { client_id: 'app_1', redirect_uris: '["https://a.example"]', first_party: 0, logo_uri: null }
const app = { clientId: 'app_1', redirectUris: ['https://a.example'], firstParty: false, logoUri: null }

describe('a row', () => {
  it('has our names', () => {
    expect(camelKeys(columns).parse(row)).toEqual(app)
  })

  it('of a table with a new column publishes nothing that its schema does not name', () => {
    expect(camelKeys(columns).parse({ ...row, secret_hash: 'x' })).toEqual(app)
    expect(ownRow(columns)({ ...row, secret_hash: 'x' })).toEqual(app)
  })

  it('with something else in a column is refused', () => {
    expect(() => camelKeys(columns).parse({ ...row, client_id: 7 })).toThrow()
  })

  it('becomes the columns that it came from', () => {
    expect(toColumns(columns, app)).toEqual(row)
  })

  it('is written without what the schema does not name, and without what is not given', () => {
    const written = toColumns(columns.partial(), { logoUri: 'https://a.example/logo.png', ...{ createdAt: 1 } })
    expect(written).toEqual({ logo_uri: 'https://a.example/logo.png' })
  })
})

const body = z.object({
  grant_id: z.string(),
  scopes: z.array(z.object({ name: z.string(), in_effect: z.boolean() })),
  app: z.object({ client_id: z.string() }).nullable(),
  client_secret: z.string().optional(),
})

describe('an answer', () => {
  const grant = { grantId: 'g', scopes: [{ name: 'a:b', inEffect: true }], app: { clientId: 'app_1' } }
  const wire = { grant_id: 'g', scopes: [{ name: 'a:b', in_effect: true }], app: { client_id: 'app_1' } }

  it('has the names of the wire, at every depth', () => {
    expect(toSnakeKeys(body, grant)).toEqual(wire)
    expect(toSnakeKeys(body, { ...grant, app: null })).toEqual({ ...wire, app: null })
  })

  it('leaves behind whatever its schema does not name, at every depth', () => {
    const superset = { ...grant, codeHash: 'x', app: { clientId: 'app_1', secretHash: 'x' } }
    const withScopes = { ...superset, scopes: [{ name: 'a:b', inEffect: true, address: '192.0.2.1' }] }
    expect(toSnakeKeys(body, withScopes)).toEqual(wire)
  })
})

describe('a body', () => {
  it('has our names, and only those that its schema gives', () => {
    const change = z.object({ client_name: z.string(), logo_uri: z.string().nullable() })
    const superset = { client_name: 'a', logo_uri: null, organization_id: 'org_1' }
    expect(toCamelKeys(change, superset)).toEqual({ clientName: 'a', logoUri: null })
  })
})

describe('conditions', () => {
  it('carry the values of those that are given', () => {
    const where = conditions(['a = ?', 1], null, false, ['(b, c) < (?, ?)', 2, 'x'], ['d OR e'])
    expect(where).toEqual({ sql: '(a = ?) AND ((b, c) < (?, ?)) AND (d OR e)', values: [1, 2, 'x'] })
  })

  it('are true without any', () => {
    expect(conditions(null)).toEqual({ sql: 'true', values: [] })
  })
})
