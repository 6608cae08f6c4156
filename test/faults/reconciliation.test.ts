import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { discover, Integration } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { anApp, Developer, ORIGIN } from '../support/workers/developer.ts'
import { faults } from '../support/workers/faults.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { createApi, transport } from '../support/workers/world.ts'

const ACTIONS = 500
const FAILURE_RATE = 0.2
/** In the name of the test, so that a run that fails can be had again. */
const SEED = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0

/** mulberry32: the same actions and the same failures for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The event that an action has to leave; undefined: it was refused, and nothing happened. */
type Action = () => Promise<string | undefined>

let owner: Developer
let admin: Developer
let members: Developer[]
let organizationId: string
let clientId: string
let integration: Integration

beforeAll(async () => {
  await createApi()
  owner = await Developer.signIn()
  admin = await Developer.signIn()
  members = [await Developer.signIn(), await Developer.signIn()]
  const created = await owner.call('POST', '/api/v1/organizations', { name: 'Acme', slug: crypto.randomUUID() })
  organizationId = created.body.id
  await admin.join('admin', organizationId)
  for (const member of members) await member.join('member', organizationId)
  const app = await owner.registerApp({ ...anApp(), scopes: ['profile:read', 'projects:read'] })
  clientId = app.client_id
  await changeByHand("UPDATE apps SET visibility = 'public' WHERE client_id = ?", clientId)
  integration = new Integration(transport, await discover(transport, ORIGIN), {
    clientId,
    clientSecret: app.client_secret,
    redirectUri: app.redirect_uris[0] ?? '',
  })
  // The first signing key is written once; exchanges write nothing to D1 after that.
  await consent(owner)
  await deliverEverything()
})

afterEach(() => faults.end())

it(`finds an event for each action and no other, while writes fail (seed ${SEED})`, async () => {
  const random = randomFrom(SEED)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const actions = makeActions(pick)
  const before = await countEvents()
  const expected: Record<string, number> = {}
  const failsNow = () => random() < FAILURE_RATE
  faults.inject(
    // What an authority reads is no write.
    ...(['Worker', 'GrantLedger'] as const).flatMap((place) =>
      (['batch', 'run'] as const).map((method) => ({
        store: 'D1' as const,
        place,
        method,
        alarms: true,
        when: failsNow,
      })),
    ),
    ...(['put', 'delete'] as const).map((method) => ({ store: 'KV' as const, method, alarms: true, when: failsNow })),
  )
  for (let i = 0; i < ACTIONS; i++) {
    const event = await pick(actions)()
    if (event) expected[event] = (expected[event] ?? 0) + 1
  }
  faults.end()
  expect(takeConsoleErrors().length).toBeGreaterThan(ACTIONS / 20) // control: writes did fail
  expect(Object.keys(expected).length).toBeGreaterThan(7) // control: and much was done

  await deliverEverything()
  expect(subtract(await countEvents(), before)).toEqual(expected)
}, 240_000)

function makeActions(pick: <T>(from: readonly T[]) => T): Action[] {
  const base = `/api/v1/organizations/${organizationId}`
  const decision = `${base}/decisions/${clientId}`
  const secrets = `/api/v1/apps/${clientId}/secrets`
  const administrator = () => pick([owner, admin])
  const happened = async (work: Promise<{ status: number }>, event: string) =>
    (await work).status < 300 ? event : undefined
  return [
    () =>
      happened(administrator().call('PUT', decision, { decision: 'approved', scope_ceiling: null }), 'app.approved'),
    () => happened(administrator().call('PUT', decision, { decision: 'blocked', note: 'No.' }), 'app.blocked'),
    () => happened(administrator().call('DELETE', decision), 'decision.withdrawn'),
    () => happened(owner.call('PATCH', base, { name: pick(['Acme', 'Acme Ltd', 'Acme Inc']) }), 'organization.updated'),
    () => {
      const path = `${base}/members/${pick(members).accountId}`
      return happened(
        administrator().call('PATCH', path, { role: pick(['member', 'developer']) }),
        'member.role_changed',
      )
    },
    // Nobody of that role may: nothing happens.
    () => happened(pick(members).call('PUT', decision, { decision: 'blocked' }), 'app.blocked'),
    () => happened(owner.call('POST', secrets, { name: 'Another' }), 'secret.created'),
    () => deleteSecret(secrets),
    () => consent(pick([owner, admin, ...members])),
    () => consent(pick(members)),
    () => revoke(pick([owner, admin, ...members])),
  ]
}

/** Never the first: it is the one of the integration. */
async function deleteSecret(path: string): Promise<string | undefined> {
  const { body } = await owner.call('GET', path)
  const last = body.items?.find((secret) => (secret as unknown as { name: string }).name === 'Another')
  if (!last) return undefined
  return (await owner.call('DELETE', `${path}/${last.id}`)).status < 300 ? 'secret.deleted' : undefined
}

/** Redeemed without failures, so that there is something to revoke: exchanges leave no event. */
async function consent(person: Developer): Promise<string | undefined> {
  const authorization = await integration.begin({ prompt: 'consent' })
  const page = await person.browser.get(authorization.path)
  if (page.status !== 200 || !page.html.includes('name="consent"')) return undefined
  const fields = { decision: 'allow', organization: [organizationId] }
  const { location } = await person.browser.submit(page, fields)
  if (!location?.includes('code=')) return undefined
  await integration.finish(location, authorization)
  return 'consent.granted'
}

async function revoke(person: Developer): Promise<string | undefined> {
  const { body } = await person.call('GET', `/api/v1/grants?client_id=${clientId}`)
  const [grant] = body.items ?? []
  if (!grant) return undefined
  return (await person.call('DELETE', `/api/v1/grants/${grant.id}`)).status < 300 ? 'grant.revoked' : undefined
}

async function deliverEverything(): Promise<void> {
  for (const { accountId } of [owner, admin, ...members]) {
    const ledger = env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId))
    // Fifty entries at a time.
    for (let delivery = 0; delivery < 20; delivery++) await runDurableObjectAlarm(ledger)
  }
}

/** What people do; what follows by itself (cut-offs, refusals, sign-ins) is another matter. */
async function countEvents(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    `SELECT event, count(*) AS events FROM audit_events
      WHERE event IN ('app.approved', 'app.blocked', 'decision.withdrawn', 'organization.updated', 'member.role_changed',
                      'secret.created', 'secret.deleted', 'consent.granted')
         OR (event = 'grant.revoked' AND reason = 'revoked_by_person')
      GROUP BY event`,
  ).all<{ event: string; events: number }>()
  return Object.fromEntries(results.map(({ event, events }) => [event, events]))
}

function subtract(after: Record<string, number>, before: Record<string, number>): Record<string, number> {
  const differences = Object.entries(after).map(([event, events]) => [event, events - (before[event] ?? 0)] as const)
  return Object.fromEntries(differences.filter(([, events]) => events > 0))
}
