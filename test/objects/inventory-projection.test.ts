import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Grant } from '../../src/grants/grant.ts'
import { grantIndexStatements } from '../../src/ledger/grant-index-store.ts'

let last = 0

function aGrant(fields: Partial<Grant> = {}): Grant {
  const id = `grant_${++last}`
  const times = { createdAt: 100, lastUsedAt: 100, revokedAt: null, userAgent: '' }
  const grant = { id, clientId: 'postern-cli', state: 'active', version: 1, resource: '/api/v1', ...times }
  return { ...grant, scopes: ['apps:read'], organizations: ['org_1'], ...fields } as Grant
}

const project = (accountId: string, grant: Grant) => env.DB.batch(grantIndexStatements(env.DB, accountId, grant))

async function inventoryOf(organizationId: string) {
  const statement = env.DB.prepare('SELECT * FROM organization_apps WHERE organization_id = ?').bind(organizationId)
  const row = await statement.first<Record<string, unknown>>()
  return row && { ...row, scopes: JSON.parse(String(row.scopes)) }
}

describe('the inventory of an organization', () => {
  it('counts grants and people as they come and go, however often a delivery is repeated', async () => {
    const organizations = ['org_counts', 'org_other']
    const first = aGrant({ organizations })
    const second = aGrant({ organizations, scopes: ['apps:read', 'apps:write'], lastUsedAt: 200 })
    for (const _ of [1, 2]) await project('acc_1', first)
    await project('acc_1', second)
    await project('acc_2', aGrant({ organizations }))
    const all = { grants: 3, people: 2, scopes: ['apps:read', 'apps:write'], first_granted_at: 100, last_used_at: 200 }
    expect(await inventoryOf('org_counts')).toMatchObject({ client_name: 'Postern command line', ...all })

    for (const _ of [1, 2]) await project('acc_1', { ...second, version: 2, state: 'revoked' })
    expect(await inventoryOf('org_counts')).toMatchObject({ grants: 2, people: 2, scopes: ['apps:read'] })
    await project('acc_1', { ...first, version: 2, organizations: ['org_other'] })
    expect(await inventoryOf('org_counts')).toMatchObject({ grants: 1, people: 1 })
    expect(await inventoryOf('org_other')).toMatchObject({ grants: 2, people: 2 }) // control
  })

  it('follows a narrowing and a use', async () => {
    const grant = aGrant({ organizations: ['org_narrow'], scopes: ['apps:read', 'apps:write'] })
    await project('acc_1', grant)
    await project('acc_1', { ...grant, version: 2, scopes: ['apps:read'], lastUsedAt: 900 })
    expect(await inventoryOf('org_narrow')).toMatchObject({ grants: 1, scopes: ['apps:read'], last_used_at: 900 })
  })

  it('never goes back to an older version', async () => {
    const grant = aGrant({ organizations: ['org_version'], version: 3 })
    await project('acc_1', { ...grant, state: 'revoked' })
    await project('acc_1', { ...grant, version: 2 })
    expect(await inventoryOf('org_version')).toBeNull()
  })
})
