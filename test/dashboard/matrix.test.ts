import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { ACTS, type Act } from '../../src/dashboard/kit/acts.ts'
import { currentTime } from '../../src/lib/clock.ts'
import { ROLE_NAMES, type Role } from '../../src/organizations/organization.ts'
import { authorize, discover, Integration } from '../support/integration.ts'
import { Tool } from '../support/workers/api-token.ts'
import { type ApiBody, anApp, callAnonymously, Developer, ORIGIN } from '../support/workers/developer.ts'
import { createApi, newEmail, transport } from '../support/workers/world.ts'

/** An organization with one of everything that a request can be about. */
interface Standing {
  organizationId: string
  clientId: string
  secretId: string
  /** Of whoever asks; in another organization, of somebody there. */
  grantId: string
  askerId: string
  founderId: string
  memberId: string
  invitationId: string
  requestId: string
  webhookId: string
  eventId: string
}
type Sample = (at: Standing) => [method: string, path: string, body?: unknown]

/** The status for each who asks. */
interface Row extends Record<Role, number> {
  request: Sample
  /** For anybody of another organization, whatever the role there. */
  elsewhere: number
  /** Of an owner's access token that lacks the scope. */
  lacking: number
}

const EVERYBODY = ROLE_NAMES
const DEVELOPERS = ['owner', 'admin', 'developer'] as const
const ADMINISTRATORS = ['owner', 'admin'] as const
const OWNERS = ['owner'] as const
const NOBODY = [] as const

function row(request: Sample, allowed: readonly Role[], status = 200, elsewhere = 404): Row {
  const statusFor = (role: Role) => (allowed.includes(role) ? status : 403)
  return {
    request,
    owner: statusFor('owner'),
    admin: statusFor('admin'),
    developer: statusFor('developer'),
    member: statusFor('member'),
    elsewhere,
    lacking: 403,
  }
}

const ofOperators = (request: Sample) => row(request, NOBODY, 403, 403)
const organization = (at: Standing, rest = '') => `/api/v1/organizations/${at.organizationId}${rest}`
const webhook = (at: Standing, rest = '') => organization(at, `/webhooks/${at.webhookId}${rest}`)
const newOrganization = () => ({ name: 'New', slug: crypto.randomUUID() })
const app = (rest = '') => `/api/v1/apps/${rest}`
const resource = encodeURIComponent('https://api.example.com')

/** Every operation of the API, and behind a colon a case of one. An operation that is not in the table fails the last test. */
const MATRIX: Record<string, Row> = {
  registerApp: row((at) => ['POST', '/api/v1/apps', anApp({ organization_id: at.organizationId })], DEVELOPERS, 201),
  listApps: row((at) => ['GET', `/api/v1/apps?organization_id=${at.organizationId}`], EVERYBODY),
  getApp: row((at) => ['GET', app(at.clientId)], EVERYBODY),
  changeApp: row((at) => ['PATCH', app(at.clientId), { client_name: 'Changed' }], DEVELOPERS),
  'changeApp: redirect URIs': row(
    (at) => ['PATCH', app(at.clientId), { redirect_uris: ['https://other.example.com/callback'] }],
    DEVELOPERS,
  ),
  deleteApp: row((at) => ['DELETE', app(at.clientId)], DEVELOPERS, 204),
  createSecret: row((at) => ['POST', app(`${at.clientId}/secrets`), { name: 'Second' }], DEVELOPERS, 201),
  listSecrets: row((at) => ['GET', app(`${at.clientId}/secrets`)], EVERYBODY),
  deleteSecret: row((at) => ['DELETE', app(`${at.clientId}/secrets/${at.secretId}`)], DEVELOPERS, 204),
  getUsage: row((at) => ['GET', app(`${at.clientId}/usage`)], EVERYBODY),
  listTokenErrors: row((at) => ['GET', app(`${at.clientId}/errors`)], EVERYBODY),
  // The app has no homepage: who may start a verification is told so, and nothing is looked up.
  verifyPublisher: row((at) => ['POST', app(`${at.clientId}/publisher-verification`)], DEVELOPERS, 409),
  getPublisherVerification: row((at) => ['GET', app(`${at.clientId}/publisher-verification`)], EVERYBODY),
  listGrants: row(() => ['GET', '/api/v1/grants'], EVERYBODY, 200, 200),
  getGrant: row((at) => ['GET', `/api/v1/grants/${at.grantId}`], EVERYBODY),
  narrowGrant: row((at) => ['PATCH', `/api/v1/grants/${at.grantId}`, {}], EVERYBODY),
  revokeGrant: row((at) => ['DELETE', `/api/v1/grants/${at.grantId}`], EVERYBODY, 204),
  // Of their own grants: elsewhere there are none, and that is done.
  disconnectApp: row((at) => ['DELETE', `/api/v1/grants?client_id=${at.clientId}`], EVERYBODY, 204, 204),
  listOrganizations: row(() => ['GET', '/api/v1/organizations'], EVERYBODY, 200, 200),
  createOrganization: row(() => ['POST', '/api/v1/organizations', newOrganization()], EVERYBODY, 201, 201),
  getOrganization: row((at) => ['GET', organization(at)], EVERYBODY),
  changeOrganization: row((at) => ['PATCH', organization(at), { name: 'Acme' }], ADMINISTRATORS),
  closeOrganization: row((at) => ['DELETE', organization(at)], OWNERS, 204),
  // Of somebody else: nobody's account is anybody's business.
  exportAccount: row((at) => ['GET', `/api/v1/accounts/${at.memberId}/export`], EVERYBODY, 404),
  'exportAccount: their own': row((at) => ['GET', `/api/v1/accounts/${at.askerId}/export`], EVERYBODY),
  deleteAccount: row((at) => ['DELETE', `/api/v1/accounts/${at.memberId}`], EVERYBODY, 404),
  listMembers: row((at) => ['GET', organization(at, '/members')], EVERYBODY),
  changeRole: row(
    (at) => ['PATCH', organization(at, `/members/${at.memberId}`), { role: 'developer' }],
    ADMINISTRATORS,
  ),
  'changeRole: makes an owner': row(
    (at) => ['PATCH', organization(at, `/members/${at.memberId}`), { role: 'owner' }],
    OWNERS,
  ),
  'changeRole: of an owner': row(
    (at) => ['PATCH', organization(at, `/members/${at.founderId}`), { role: 'member' }],
    OWNERS,
  ),
  'changeRole: raises themselves': row(
    (at) => ['PATCH', organization(at, `/members/${at.askerId}`), { role: 'owner' }],
    OWNERS,
  ),
  removeMember: row((at) => ['DELETE', organization(at, `/members/${at.memberId}`)], ADMINISTRATORS, 204),
  'removeMember: an owner': row((at) => ['DELETE', organization(at, `/members/${at.founderId}`)], OWNERS, 204),
  'removeMember: leaves': row((at) => ['DELETE', organization(at, `/members/${at.askerId}`)], EVERYBODY, 204),
  listInvitations: row((at) => ['GET', organization(at, '/invitations')], ADMINISTRATORS),
  invite: row(
    (at) => ['POST', organization(at, '/invitations'), { email: 'invited@example.com', role: 'member' }],
    ADMINISTRATORS,
    201,
  ),
  'invite: an owner': row(
    (at) => ['POST', organization(at, '/invitations'), { email: 'invited@example.com', role: 'owner' }],
    OWNERS,
    201,
  ),
  withdrawInvitation: row((at) => ['DELETE', organization(at, `/invitations/${at.invitationId}`)], ADMINISTRATORS, 204),
  listDecisions: row((at) => ['GET', organization(at, '/decisions')], EVERYBODY),
  decide: row((at) => ['PUT', organization(at, `/decisions/${at.clientId}`), { decision: 'blocked' }], ADMINISTRATORS),
  withdrawDecision: row((at) => ['DELETE', organization(at, `/decisions/${at.clientId}`)], ADMINISTRATORS, 204),
  listReachingApps: row((at) => ['GET', organization(at, '/apps')], ADMINISTRATORS),
  exportReachingApps: row((at) => ['GET', organization(at, '/apps/export')], ADMINISTRATORS),
  getReachingApp: row((at) => ['GET', organization(at, `/apps/${at.clientId}`)], ADMINISTRATORS),
  listReachingGrants: row((at) => ['GET', organization(at, `/apps/${at.clientId}/grants`)], ADMINISTRATORS),
  listMemberGrants: row((at) => ['GET', organization(at, `/members/${at.memberId}/grants`)], ADMINISTRATORS),
  // For protected APIs with their own credentials; nobody else is anybody here.
  reportUsage: { ...row(() => ['POST', '/api/v1/resource-usage', { uses: [] }], EVERYBODY, 401, 401), lacking: 401 },
  listAuditEvents: row((at) => ['GET', organization(at, '/audit-events')], ADMINISTRATORS),
  exportAuditEvents: row((at) => ['GET', organization(at, '/audit-events/export')], ADMINISTRATORS),
  listWebhooks: row((at) => ['GET', organization(at, '/webhooks')], ADMINISTRATORS),
  createWebhook: row(
    (at) => ['POST', organization(at, '/webhooks'), { url: 'https://siem.example.com/' }],
    ADMINISTRATORS,
    201,
  ),
  getWebhook: row((at) => ['GET', webhook(at)], ADMINISTRATORS),
  changeWebhook: row((at) => ['PATCH', webhook(at), { events: ['app.blocked'] }], ADMINISTRATORS),
  deleteWebhook: row((at) => ['DELETE', webhook(at)], ADMINISTRATORS, 204),
  createWebhookSecret: row((at) => ['POST', webhook(at, '/secret')], ADMINISTRATORS, 201),
  challengeWebhook: row((at) => ['POST', webhook(at, '/challenge')], ADMINISTRATORS),
  listWebhookDeliveries: row((at) => ['GET', webhook(at, '/deliveries')], ADMINISTRATORS),
  resendWebhookDelivery: row((at) => ['POST', webhook(at, `/deliveries/${at.eventId}/resend`)], ADMINISTRATORS, 202),
  readHealth: ofOperators(() => ['GET', '/api/v1/operator/health']),
  listAllCutOffJobs: ofOperators(() => ['GET', '/api/v1/operator/jobs']),
  listSigningKeys: ofOperators(() => ['GET', '/api/v1/operator/keys']),
  withdrawSigningKey: ofOperators(() => ['POST', '/api/v1/operator/keys/kid/withdrawal']),
  rotateSigningKey: ofOperators(() => ['POST', '/api/v1/operator/keys/kid/rotation']),
  listSuspendables: ofOperators(() => ['GET', '/api/v1/operator/apps']),
  eraseAccount: ofOperators((at) => ['POST', `/api/v1/operator/accounts/${at.memberId}/erasure`, {}]),
  suspend: ofOperators((at) => ['PUT', `/api/v1/operator/apps/${at.clientId}/suspension`, { reason: 'x' }]),
  resume: ofOperators((at) => ['DELETE', `/api/v1/operator/apps/${at.clientId}/suspension`]),
  showPolicy: row((at) => ['GET', organization(at, '/policy')], EVERYBODY),
  previewPolicy: row(
    (at) => ['POST', organization(at, '/policy/preview'), { policy: 'approved', scope_ceiling: null }],
    ADMINISTRATORS,
  ),
  changePolicy: row(
    (at) => ['PUT', organization(at, '/policy'), { policy: 'open', scope_ceiling: null }],
    ADMINISTRATORS,
  ),
  listCutOffJobs: row((at) => ['GET', organization(at, '/cut-off-jobs')], ADMINISTRATORS),
  listAccessRequests: row((at) => ['GET', organization(at, '/access-requests')], EVERYBODY),
  decideAccessRequest: row(
    (at) => ['POST', organization(at, `/access-requests/${at.requestId}/decision`), { decision: 'declined' }],
    ADMINISTRATORS,
  ),
  listScopes: { ...row(() => ['GET', '/api/v1/scopes'], EVERYBODY, 200, 200), lacking: 200 },
  createScope: ofOperators(() => ['POST', '/api/v1/scopes', {}]),
  changeScope: ofOperators(() => ['PATCH', '/api/v1/scopes/projects:read', {}]),
  deleteScope: ofOperators(() => ['DELETE', '/api/v1/scopes/projects:read']),
  listResources: ofOperators(() => ['GET', '/api/v1/resources']),
  createResource: ofOperators(() => ['POST', '/api/v1/resources', {}]),
  changeResource: ofOperators(() => ['PATCH', `/api/v1/resources/${resource}`, {}]),
  createResourceCredentials: ofOperators(() => ['POST', `/api/v1/resources/${resource}/credentials`]),
}

/** Which act a case of an operation is, where the names differ. */
const CASES: Record<string, Act> = {
  'changeRole: makes an owner': 'changeRole: administrators',
  'changeRole: of an owner': 'changeRole: administrators',
  'changeRole: raises themselves': 'changeRole: administrators',
  'removeMember: an owner': 'removeMember: administrators',
  'invite: an owner': 'invite: administrators',
}

let founder: Developer
/** Somebody who signed in an hour ago. */
let idle: Developer
let people: Record<Role, Developer>
/** Where none of the people is a member. */
let elsewhere: Standing
/** Tokens with one scope each: whichever a route needs, one of them lacks it. */
let readsApps: Tool
let readsGrants: Tool

beforeAll(async () => {
  await createApi()
  // Every request is about an app of its own.
  founder = await Developer.signIn(undefined, { APPS_PER_ACCOUNT: '10000' })
  people = {
    owner: await Developer.signIn(),
    admin: await Developer.signIn(),
    developer: await Developer.signIn(),
    member: await Developer.signIn(),
  }
  idle = await Developer.signIn()
  await env.DB.prepare('UPDATE sessions SET signed_in_at = signed_in_at - 3600 WHERE account_id = ?')
    .bind(idle.accountId)
    .run()
  elsewhere = await newStanding(founder)
  readsApps = await Tool.connect(founder, { scopes: ['apps:read'], organizations: [elsewhere.organizationId] })
  readsGrants = await Tool.connect(founder, { scopes: ['grants:read'], organizations: [] })
})

/** A new organization where the asker has the role and everything is as it was before anybody asked. */
async function newStanding(asker: Developer, role?: Role): Promise<Standing> {
  const organizationId = await founder.join('owner')
  if (role) await asker.join(role, organizationId)
  const registered = await founder.registerApp({ organization_id: organizationId, scopes: ['projects:read'] })
  const clientId = registered.client_id
  const call = async (method: string, path: string, body?: unknown) => (await founder.call(method, path, body)).body
  const own = `/api/v1/organizations/${organizationId}`
  await call('PUT', `${own}/decisions/${clientId}`, { decision: 'approved', scope_ceiling: null })
  const { id: webhookId } = await call('POST', `${own}/webhooks`, { url: 'https://siem.example.com/' })
  const deliveries = await call('GET', `${own}/webhooks/${webhookId}/deliveries`)
  const secrets = await call('GET', app(`${clientId}/secrets`))
  const standing = {
    organizationId,
    clientId,
    secretId: secrets.items[0]?.id ?? '',
    grantId: await connect(asker, registered, organizationId),
    askerId: asker.accountId,
    founderId: founder.accountId,
    webhookId,
    eventId: (deliveries.items[0] as unknown as { event_id: string }).event_id,
    ...(await insertMember(organizationId, clientId)),
  }
  expect(Object.values(standing).every(Boolean), 'a request about nothing proves nothing').toBe(true)
  return standing
}

/** A grant of the asker, as far as the inventory. */
async function connect(asker: Developer, registered: ApiBody, organizationId: string): Promise<string> {
  const integration = new Integration(transport, await discover(transport, ORIGIN), {
    clientId: registered.client_id,
    clientSecret: registered.client_secret,
    redirectUri: registered.redirect_uris[0] ?? '',
  })
  const authorization = await integration.begin()
  const callback = await authorize(asker.browser, authorization.path, { organization: [organizationId] })
  await integration.finish(callback, authorization)
  await runDurableObjectAlarm(env.GRANT_LEDGER.getByName(asker.accountId))
  const { body } = await asker.call('GET', '/api/v1/grants')
  return body.items.find(({ client_id }) => client_id === registered.client_id)?.id ?? ''
}

/** A member who asked for the app, somebody who is invited, and a check of the publisher: what takes mail and DNS. */
async function insertMember(organizationId: string, clientId: string) {
  const [memberId, requestId, invitationId] = [newEmail(), crypto.randomUUID(), crypto.randomUUID()]
  await env.DB.batch([
    env.DB.prepare('INSERT INTO accounts (id, email, created_at) VALUES (?1, ?1, 0)').bind(memberId),
    env.DB.prepare(
      "INSERT INTO members (organization_id, account_id, role, created_at) VALUES (?, ?, 'member', 0)",
    ).bind(organizationId, memberId),
    env.DB.prepare(
      `INSERT INTO access_requests (id, organization_id, client_id, account_id, reason, created_at)
       VALUES (?, ?, ?, ?, 'Please.', 0)`,
    ).bind(requestId, organizationId, clientId, memberId),
    env.DB.prepare(
      `INSERT INTO invitations (id, organization_id, email, role, token_hash, invited_by, created_at, expires_at)
       VALUES (?1, ?2, 'somebody@example.com', 'member', ?1, ?3, 0, ?4)`,
    ).bind(invitationId, organizationId, founder.accountId, currentTime() + 60),
    env.DB.prepare(
      `INSERT INTO publisher_checks (client_id, domain, code, state, started_at)
       VALUES (?, 'app.example.com', 'code', 'pending', 0)`,
    ).bind(clientId),
  ])
  return { memberId, requestId, invitationId }
}

const untouched = new Map<string, Standing>()

/** Where nobody changed anything yet: a request that is refused, or that only reads, leaves it to the next. */
async function standingFor(asker: Developer, role: Role, { request }: Row, status: number): Promise<Standing> {
  const key = `${asker.accountId} ${role}`
  const standing = untouched.get(key) ?? (await newStanding(asker, role))
  const [method] = request(standing)
  if (method === 'GET' || status === 403) untouched.set(key, standing)
  else untouched.delete(key)
  return standing
}

describe.each(Object.entries(MATRIX))('%s', (name, expected) => {
  const ask = async (who: Developer | Tool, at: Standing) => (await who.call(...expected.request(at))).status

  for (const role of ROLE_NAMES) {
    it(`answers ${expected[role]} to a person with the role ${role}`, async () => {
      expect(await ask(people[role], await standingFor(people[role], role, expected, expected[role]))).toBe(
        expected[role],
      )
    })
  }

  it(`answers ${expected.elsewhere} to people of another organization`, async () => {
    for (const role of ROLE_NAMES) {
      expect(await ask(people[role], elsewhere), role).toBe(expected.elsewhere)
    }
  })

  const act = CASES[name] ?? (name as Act)
  if (act in ACTS) {
    const recent = 'recent' in ACTS[act]
    it(`${recent ? 'answers 403' : 'makes no difference'} to an owner who signed in an hour ago`, async () => {
      const status = recent ? 403 : expected.owner
      expect(await ask(idle, await standingFor(idle, 'owner', expected, status))).toBe(status)
    })
  }

  it('answers 401 to nobody, and what a token without the scope may know', async () => {
    const [method, path] = expected.request(elsewhere)
    expect((await callAnonymously(path, { method })).status).toBe(401)
    const lacking = (await scopeOf(name)) === 'apps:read' ? readsGrants : readsApps
    expect(await ask(lacking, elsewhere)).toBe(expected.lacking)
  })
})

const operationOf = (name: string) => name.split(':')[0]

interface Operation {
  operationId: string
  method: string
  security: Record<string, string[]>[]
}

async function operations(): Promise<Operation[]> {
  const { body } = await callAnonymously('/api/v1/openapi.json')
  const { paths } = body as unknown as { paths: Record<string, Record<string, Operation>> }
  return Object.values(paths).flatMap((methods) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method })),
  )
}

async function scopeOf(name: string): Promise<string | undefined> {
  return (await operations()).find(({ operationId }) => operationId === operationOf(name))?.security[0]
    ?.access_token?.[0]
}

it('has a row for every operation', async () => {
  const described = (await operations()).map(({ operationId }) => operationId)
  const rows = new Set(Object.keys(MATRIX).map(operationOf))
  expect([...rows].sort()).toEqual(described.sort())
})

it('says of every unsafe operation what it needs beyond the role', async () => {
  const unsafe = (await operations()).filter(({ method }) => method !== 'get').map(({ operationId }) => operationId)
  expect([...new Set(Object.keys(ACTS).map(operationOf))].sort()).toEqual(unsafe.sort())
})
