import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { type Circumstances, type OrganizationCircumstances, refusalOf } from '../../src/grants/effective-access.ts'
import { appRefusal } from '../../src/revocation/app-refusal-store.ts'

const NOW = 1_800_000_000
const DECISIONS: OrganizationCircumstances['decision'][] = [
  null,
  { kind: 'blocked', scopeCeiling: null, expiresAt: null },
  ...[null, NOW - 1, NOW, NOW + 1].map((expiresAt) => ({ kind: 'approved' as const, scopeCeiling: null, expiresAt })),
]
const BOTH = [false, true]

interface Case {
  membership: OrganizationCircumstances
  app: Circumstances['app']
}

/** Every organization and decision beside every app. */
function everyCase(): Case[] {
  const cases: Case[] = []
  for (const policy of ['open', 'verified', 'approved'] as const)
    for (const decision of DECISIONS)
      for (const personal of BOTH)
        for (const own of BOTH)
          for (const firstParty of BOTH)
            for (const publisherVerified of BOTH)
              for (const visibility of ['private', 'public'] as const)
                cases.push({
                  membership: { ...ORGANIZATION, policy, decision, personal },
                  app: { ...APP, organizationId: own ? 'org_1' : 'org_2', firstParty, publisherVerified, visibility },
                })
  return cases
}

const ORGANIZATION = { organizationId: 'org_1', joinedAfter: 0, scopeCeiling: null, cutOffBy: null }
const APP = { clientId: 'app_1', scopes: [], suspended: false, deleted: false, ownerSuspended: false }

/** The SQL over rows that are made of the same case; `policy` as the preview of a change has it. */
async function refusalInSql(cases: readonly Case[], policy?: string): Promise<(string | null)[]> {
  const rows = cases.map(({ membership, app }) => ({
    policy: membership.policy,
    personal: membership.personal ? 'acc_1' : null,
    decision: membership.decision?.kind ?? null,
    expires: membership.decision?.expiresAt ?? null,
    owner: app.organizationId,
    visibility: app.visibility,
    first: app.firstParty ? 1 : 0,
    domain: app.publisherVerified ? 'app.example' : null,
  }))
  const member = (alias: string, ...columns: string[]) =>
    `JOIN (SELECT key AS row, ${columns.join(', ')} FROM json_each(?2)) AS ${alias} ON ${alias}.row = given.key`
  const of = (name: string, column: string) => `json_extract(value, '$.${name}') AS ${column}`
  const { results } = await env.DB.prepare(
    `SELECT (${appRefusal(policy)}) AS refusal FROM json_each(?2) AS given
       ${member('organization', "'org_1' AS id", of('policy', 'policy'), of('personal', 'personal_account_id'))}
       ${member('app', of('owner', 'organization_id'), of('visibility', 'visibility'), of('first', 'first_party'), of('domain', 'publisher_domain'))}
       ${member('decision', of('decision', 'decision'), of('expires', 'expires_at'))}
      ORDER BY given.key`,
  )
    .bind(NOW, JSON.stringify(rows))
    .all<{ refusal: string | null }>()
  return results.map(({ refusal }) => refusal)
}

function refusalInCode({ membership, app }: Case): string | null {
  const circumstances = {
    app,
    accountSuspended: false,
    removals: 0,
    grantsCountFrom: 0,
    memberships: [membership],
    catalogue: [],
  }
  return refusalOf('org_1', circumstances, NOW) ?? null
}

it('says the same in SQL as in code, for every organization, decision and app', async () => {
  const cases = everyCase()
  const expected = cases.map(refusalInCode)
  expect(cases).toHaveLength(576)
  expect(new Set(expected).size).toBe(5) // control: every reason that a member can meet, and none
  expect(await refusalInSql(cases)).toEqual(expected)
})

it('previews another policy as that policy would decide', async () => {
  const cases = everyCase()
  const strict = cases.map((one) => ({ ...one, membership: { ...one.membership, policy: 'approved' as const } }))
  expect(await refusalInSql(cases, "'approved'")).toEqual(strict.map(refusalInCode))
})
