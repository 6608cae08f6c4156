/** The dashboard API is a resource like any other (RFC 8707): its path is its identifier within the issuer. */
export const API_PATH = '/api/v1'

const ACCOUNT = '/account'
const DEVELOPER = '/developer'
const APP = `${DEVELOPER}/apps/:client_id` as const
const TRY = `${DEVELOPER}/try/:client_id` as const
const CONNECTIONS = '/connections'
const ORGANIZATIONS = '/organizations'
const ORGANIZATION = `${ORGANIZATIONS}/:slug` as const
const MEMBER = `${ORGANIZATION}/members/:account_id` as const
const WEBHOOK = `${ORGANIZATION}/webhooks/:webhook_id` as const
const OPERATOR = '/operator'
const KEY = `${OPERATOR}/keys/:kid` as const
const RESOURCES = `${OPERATOR}/catalog/resources` as const
const SCOPES = `${OPERATOR}/catalog/scopes` as const

/** Every address of the dashboard, once: pages are mounted at it, and links to them are made from it by `pathTo`. */
export const SITE = {
  start: '/',
  problems: '/problems',
  problem: '/problems/:type',
  confirmed: '/confirmed/:id',
  account: {
    overview: ACCOUNT,
    export: `${ACCOUNT}/export`,
    delete: `${ACCOUNT}/delete`,
    deleted: `${ACCOUNT}/deleted`,
  },
  apps: {
    list: DEVELOPER,
    kinds: `${DEVELOPER}/apps/new`,
    register: `${DEVELOPER}/apps/new/:kind`,
  },
  app: {
    overview: APP,
    settings: `${APP}/settings`,
    delete: `${APP}/delete`,
    secrets: `${APP}/secrets`,
    deleteSecret: `${APP}/secrets/:id/delete`,
    publisher: `${APP}/publisher`,
    visibility: `${APP}/visibility`,
    try: TRY,
    tryCallback: `${TRY}/callback`,
  },
  connections: {
    list: CONNECTIONS,
    disconnect: `${CONNECTIONS}/apps/:client_id`,
    narrow: `${CONNECTIONS}/:grant_id`,
    revoke: `${CONNECTIONS}/:grant_id/end`,
  },
  organizations: ORGANIZATIONS,
  organization: {
    overview: ORGANIZATION,
    inventory: `${ORGANIZATION}/apps.csv`,
    app: `${ORGANIZATION}/apps/:client_id`,
    person: `${ORGANIZATION}/people/:account_id`,
    member: MEMBER,
    removeMember: `${MEMBER}/remove`,
    invitations: `${ORGANIZATION}/invitations`,
    withdrawInvitation: `${ORGANIZATION}/invitations/:invitation_id/withdraw`,
    ask: `${ORGANIZATION}/requests/new`,
    requests: `${ORGANIZATION}/requests`,
    request: `${ORGANIZATION}/requests/:request_id`,
    policy: `${ORGANIZATION}/policy`,
    audit: `${ORGANIZATION}/audit`,
    auditExport: `${ORGANIZATION}/audit/export`,
    close: `${ORGANIZATION}/close`,
    webhooks: `${ORGANIZATION}/webhooks`,
    newWebhook: `${ORGANIZATION}/webhooks/new`,
  },
  webhook: {
    overview: WEBHOOK,
    change: `${WEBHOOK}/change`,
    secret: `${WEBHOOK}/secret`,
    challenge: `${WEBHOOK}/challenge`,
    delete: `${WEBHOOK}/delete`,
    resend: `${WEBHOOK}/deliveries/:event_id/resend`,
  },
  invitation: '/invitations/:token',
  operator: {
    overview: OPERATOR,
    keys: `${OPERATOR}/keys`,
    rotateSigningKey: `${KEY}/rotate`,
    withdrawSigningKey: `${KEY}/withdraw`,
    apps: suspendables(`${OPERATOR}/apps`),
    organizations: suspendables(`${OPERATOR}/organizations`),
    accounts: suspendables(`${OPERATOR}/accounts`),
    eraseAccount: `${OPERATOR}/accounts/:account_id/erase`,
  },
  catalog: {
    overview: `${OPERATOR}/catalog`,
    newResource: `${RESOURCES}/new`,
    changeResource: `${RESOURCES}/edit`,
    resourceCredentials: `${RESOURCES}/credentials`,
    newScope: `${SCOPES}/new`,
    scope: `${SCOPES}/:name`,
    deleteScope: `${SCOPES}/:name/delete`,
  },
  api: {
    app: `${API_PATH}/apps/:client_id`,
    docs: `${API_PATH}/docs`,
    openapi: `${API_PATH}/openapi.json`,
  },
} as const

function suspendables<List extends string>(list: List) {
  return { list, suspend: `${list}/:id/suspend`, resume: `${list}/:id/resume` } as const
}

/** Null: the slug of a personal organization, which has no pages, and to which nobody is led. */
type Value = string | null

/** One value for each parameter of an address, in their order. */
type Values<Address extends string> = Address extends `${string}/:${string}/${infer Rest}`
  ? [Value, ...Values<`/${Rest}`>]
  : Address extends `${string}/:${string}`
    ? [Value]
    : []

/** The path to an address of ours, its parameters filled in: `pathTo(SITE.app.settings, app.clientId)`. */
export function pathTo<Address extends string>(address: Address, ...values: Values<Address>): string {
  const left: Value[] = [...values]
  return address.replaceAll(/:\w+/g, () => encodeURIComponent(left.shift() ?? ''))
}
