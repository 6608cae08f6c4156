import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { authorize, discover, Integration } from '../support/integration.ts'
import { Tool } from '../support/workers/api-token.ts'
import { anApp, callAnonymously, Developer, ORIGIN } from '../support/workers/developer.ts'
import { createApi, transport } from '../support/workers/world.ts'

/** What a request is about: an app of the owner's organization, and a grant that the owner gave to it. */
interface Standing {
  organizationId: string
  clientId: string
  secretId: string
  grantId: string
  memberId: string
}
type Sample = (at: Standing) => [method: string, path: string, body?: unknown]

interface Row {
  request: Sample
  /** Of the session of an owner, of a member without the role, and of another organization. */
  owner: number
  member: number
  stranger: number
  /** Of an access token that lacks the scope. */
  lacking: number
}

const organization = (at: Standing, rest = '') => `/api/v1/organizations/${at.organizationId}${rest}`
const newOrganization = () => ({ name: 'New', slug: crypto.randomUUID() })
const app = (rest = '') => `/api/v1/apps/${rest}`
const row = (request: Sample, [owner, member, stranger, lacking]: [number, number, number, number]): Row => ({
  request,
  owner,
  member,
  stranger,
  lacking,
})
const SEE: [number, number, number, number] = [200, 200, 404, 403]
const MANAGE: [number, number, number, number] = [200, 403, 404, 403]
const OPERATE: [number, number, number, number] = [403, 403, 403, 403]
const resource = encodeURIComponent('https://api.example.com')

/** Every operation of the API. One that is not in the table fails the last test. */
const MATRIX: Record<string, Row> = {
  registerApp: row(
    (at) => ['POST', '/api/v1/apps', anApp({ organization_id: at.organizationId })],
    [201, 403, 404, 403],
  ),
  listApps: row((at) => ['GET', `/api/v1/apps?organization_id=${at.organizationId}`], SEE),
  getApp: row((at) => ['GET', app(at.clientId)], SEE),
  changeApp: row((at) => ['PATCH', app(at.clientId), { client_name: 'Changed' }], MANAGE),
  deleteApp: row((at) => ['DELETE', app(at.clientId)], [204, 403, 404, 403]),
  createSecret: row((at) => ['POST', app(`${at.clientId}/secrets`), { name: 'Second' }], [201, 403, 404, 403]),
  listSecrets: row((at) => ['GET', app(`${at.clientId}/secrets`)], SEE),
  deleteSecret: row((at) => ['DELETE', app(`${at.clientId}/secrets/${at.secretId}`)], [204, 403, 404, 403]),
  getUsage: row((at) => ['GET', app(`${at.clientId}/usage`)], SEE),
  listTokenErrors: row((at) => ['GET', app(`${at.clientId}/errors`)], SEE),
  // The app has no homepage: who may start a verification is told so, and nothing is looked up.
  verifyPublisher: row((at) => ['POST', app(`${at.clientId}/publisher-verification`)], [409, 403, 404, 403]),
  getPublisherVerification: row((at) => ['GET', app(`${at.clientId}/publisher-verification`)], SEE),
  listGrants: row(() => ['GET', '/api/v1/grants'], [200, 200, 200, 403]),
  getGrant: row((at) => ['GET', `/api/v1/grants/${at.grantId}`], [200, 404, 404, 403]),
  narrowGrant: row((at) => ['PATCH', `/api/v1/grants/${at.grantId}`, {}], [200, 404, 404, 403]),
  revokeGrant: row((at) => ['DELETE', `/api/v1/grants/${at.grantId}`], [204, 404, 404, 403]),
  disconnectApp: row((at) => ['DELETE', `/api/v1/grants?client_id=${at.clientId}`], [204, 204, 204, 403]),
  listOrganizations: row(() => ['GET', '/api/v1/organizations'], [200, 200, 200, 403]),
  createOrganization: row(() => ['POST', '/api/v1/organizations', newOrganization()], [201, 201, 201, 403]),
  getOrganization: row((at) => ['GET', organization(at)], SEE),
  changeOrganization: row((at) => ['PATCH', organization(at), { name: 'Acme' }], MANAGE),
  listMembers: row((at) => ['GET', organization(at, '/members')], SEE),
  changeRole: row((at) => ['PATCH', organization(at, `/members/${at.memberId}`), { role: 'member' }], MANAGE),
  // Nobody of that name: the member may not ask, the owner is told.
  removeMember: row((at) => ['DELETE', organization(at, '/members/acc_nobody')], [404, 403, 404, 403]),
  listInvitations: row((at) => ['GET', organization(at, '/invitations')], MANAGE),
  invite: row(
    (at) => ['POST', organization(at, '/invitations'), { email: 'invited@example.com', role: 'member' }],
    [201, 403, 404, 403],
  ),
  withdrawInvitation: row((at) => ['DELETE', organization(at, '/invitations/inv_none')], [404, 403, 404, 403]),
  listDecisions: row((at) => ['GET', organization(at, '/decisions')], SEE),
  decide: row((at) => ['PUT', organization(at, `/decisions/${at.clientId}`), { decision: 'approved' }], MANAGE),
  withdrawDecision: row((at) => ['DELETE', organization(at, `/decisions/${at.clientId}`)], [404, 403, 404, 403]),
  listReachingApps: row((at) => ['GET', organization(at, '/apps')], MANAGE),
  exportReachingApps: row((at) => ['GET', organization(at, '/apps/export')], MANAGE),
  // The projection of the grant is seconds behind: who may ask is told so.
  getReachingApp: row((at) => ['GET', organization(at, `/apps/${at.clientId}`)], [404, 403, 404, 403]),
  listReachingGrants: row((at) => ['GET', organization(at, `/apps/${at.clientId}/grants`)], MANAGE),
  listMemberGrants: row((at) => ['GET', organization(at, `/members/${at.memberId}/grants`)], MANAGE),
  // For protected APIs with their own credentials; nobody else is anybody here.
  reportUsage: row(() => ['POST', '/api/v1/resource-usage', { uses: [] }], [401, 401, 401, 401]),
  listAuditEvents: row((at) => ['GET', organization(at, '/audit-events')], MANAGE),
  exportAuditEvents: row((at) => ['GET', organization(at, '/audit-events/export')], MANAGE),
  listWebhooks: row((at) => ['GET', organization(at, '/webhooks')], MANAGE),
  createWebhook: row(
    (at) => ['POST', organization(at, '/webhooks'), { url: 'https://siem.example.com/' }],
    [201, 403, 404, 403],
  ),
  // There is none of that name: who may look is told so.
  getWebhook: row((at) => ['GET', organization(at, '/webhooks/whk_none')], [404, 403, 404, 403]),
  changeWebhook: row((at) => ['PATCH', organization(at, '/webhooks/whk_none'), {}], [404, 403, 404, 403]),
  deleteWebhook: row((at) => ['DELETE', organization(at, '/webhooks/whk_none')], [404, 403, 404, 403]),
  createWebhookSecret: row((at) => ['POST', organization(at, '/webhooks/whk_none/secret')], [404, 403, 404, 403]),
  listWebhookDeliveries: row((at) => ['GET', organization(at, '/webhooks/whk_none/deliveries')], [404, 403, 404, 403]),
  resendWebhookDelivery: row(
    (at) => ['POST', organization(at, '/webhooks/whk_none/deliveries/evt_none/resend')],
    [404, 403, 404, 403],
  ),
  readHealth: row(() => ['GET', '/api/v1/operator/health'], OPERATE),
  listAllCutOffJobs: row(() => ['GET', '/api/v1/operator/jobs'], OPERATE),
  listSigningKeys: row(() => ['GET', '/api/v1/operator/keys'], OPERATE),
  withdrawSigningKey: row(() => ['POST', '/api/v1/operator/keys/kid/withdrawal'], OPERATE),
  rotateSigningKey: row(() => ['POST', '/api/v1/operator/keys/kid/rotation'], OPERATE),
  listSuspendables: row(() => ['GET', '/api/v1/operator/apps'], OPERATE),
  suspend: row((at) => ['PUT', `/api/v1/operator/apps/${at.clientId}/suspension`, { reason: 'x' }], OPERATE),
  resume: row((at) => ['DELETE', `/api/v1/operator/apps/${at.clientId}/suspension`], OPERATE),
  showPolicy: row((at) => ['GET', organization(at, '/policy')], SEE),
  previewPolicy: row((at) => ['POST', organization(at, '/policy/preview'), { policy: 'approved' }], MANAGE),
  changePolicy: row((at) => ['PUT', organization(at, '/policy'), { policy: 'open' }], MANAGE),
  listCutOffJobs: row((at) => ['GET', organization(at, '/cut-off-jobs')], MANAGE),
  listAccessRequests: row((at) => ['GET', organization(at, '/access-requests')], SEE),
  decideAccessRequest: row(
    (at) => ['POST', organization(at, '/access-requests/req_none/decision'), { decision: 'declined' }],
    [404, 403, 404, 403],
  ),
  listScopes: row(() => ['GET', '/api/v1/scopes'], [200, 200, 200, 200]),
  createScope: row(() => ['POST', '/api/v1/scopes', {}], OPERATE),
  changeScope: row(() => ['PATCH', '/api/v1/scopes/projects:read', {}], OPERATE),
  deleteScope: row(() => ['DELETE', '/api/v1/scopes/projects:read'], OPERATE),
  listResources: row(() => ['GET', '/api/v1/resources'], OPERATE),
  createResource: row(() => ['POST', '/api/v1/resources', {}], OPERATE),
  changeResource: row(() => ['PATCH', `/api/v1/resources/${resource}`, {}], OPERATE),
  createResourceCredentials: row(() => ['POST', `/api/v1/resources/${resource}/credentials`], OPERATE),
}

let owner: Developer
let member: Developer
let stranger: Developer
let organizationId: string
/** Tokens with one scope each: whichever a route needs, one of them lacks it. */
let readsApps: Tool
let readsGrants: Tool

beforeAll(async () => {
  await createApi()
  owner = await Developer.signIn()
  member = await Developer.signIn()
  stranger = await Developer.signIn()
  organizationId = await owner.join('owner')
  await member.join('member', organizationId)
  readsApps = await Tool.connect(owner, { scopes: ['apps:read'], organizations: [organizationId] })
  readsGrants = await Tool.connect(owner, { scopes: ['grants:read'], organizations: [] })
})

async function newStanding(): Promise<Standing> {
  const registered = await owner.registerApp({ organization_id: organizationId, scopes: ['profile:read'] })
  const { body } = await owner.call('GET', app(`${registered.client_id}/secrets`))
  await env.DB.prepare(
    `INSERT INTO publisher_checks (client_id, domain, code, state, started_at)
     VALUES (?, 'app.example.com', 'code', 'pending', 0)`,
  )
    .bind(registered.client_id)
    .run()
  const integration = new Integration(transport, await discover(transport, ORIGIN), {
    clientId: registered.client_id,
    clientSecret: registered.client_secret,
    redirectUri: registered.redirect_uris[0] ?? '',
  })
  const authorization = await integration.begin()
  await integration.finish(await authorize(owner.browser, authorization.path), authorization)
  const grants = await owner.call('GET', '/api/v1/grants')
  const grant = grants.body.items.find(({ client_id }) => client_id === registered.client_id)
  return {
    organizationId,
    clientId: registered.client_id,
    secretId: body.items[0]?.id ?? '',
    grantId: grant?.id ?? '',
    memberId: member.accountId,
  }
}

describe.each(Object.entries(MATRIX))('%s', (operationId, { request, ...expected }) => {
  it('answers each according to who they are', async () => {
    const at = await newStanding()
    const [method, path] = request(at)
    const lacking = (await scopeOf(operationId)) === 'apps:read' ? readsGrants : readsApps
    const statusFor = async (who: Developer | Tool) => (await who.call(...request(at))).status
    expect((await callAnonymously(path, { method })).status).toBe(401)
    expect(await statusFor(lacking)).toBe(expected.lacking)
    expect(await statusFor(stranger)).toBe(expected.stranger)
    expect(await statusFor(member)).toBe(expected.member)
    // Last: it is the one that may delete what the others asked for.
    expect(await statusFor(owner)).toBe(expected.owner)
  })
})

interface Operation {
  operationId: string
  security: Record<string, string[]>[]
}

async function operations(): Promise<Operation[]> {
  const { body } = await callAnonymously('/api/v1/openapi.json')
  const { paths } = body as unknown as { paths: Record<string, Record<string, Operation>> }
  return Object.values(paths).flatMap((methods) => Object.values(methods))
}

async function scopeOf(operationId: string): Promise<string | undefined> {
  return (await operations()).find((operation) => operation.operationId === operationId)?.security[0]?.access_token?.[0]
}

it('has a row for every operation', async () => {
  const described = (await operations()).map(({ operationId }) => operationId)
  expect(Object.keys(MATRIX).sort()).toEqual(described.sort())
})
