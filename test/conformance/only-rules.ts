import { importsOf, roomOf, type Source } from './source.ts'

interface OnlyRule {
  /** Completes "only": what is bound to a place. */
  what: string
  allowedIn: (path: string) => boolean
  uses: (source: Source) => boolean
  /** Code that breaks the rule in a place where it is not allowed: the test plants it. */
  violation: { path: string; text: string }
}

const STORE_OR_OBJECT = /-(store|object)\.ts$/
const SQL =
  /['"`]\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|(CREATE|DROP|ALTER)\s+TABLE\s)/
const RAW_VARIABLE =
  /\bprocess\.env\b|\benv\.(ENVIRONMENT|ISSUER|OPERATOR_EMAILS|EMAIL_FROM|KEY_SHARDS|DEFAULT_APP_POLICY|AUDIT_RETENTION_DAYS|WEBHOOK_POSTS_PER_MINUTE|DOH_RESOLVER|GUARDED_FETCH_TEST_ORIGIN|SIGN_IN_CODES_PER_NETWORK|[A-Z]+_PER_ACCOUNT|[A-Z_]+_SECRETS?|[A-Z_]+_TTL_SECONDS)\b/

/** `clientId: row.client_id` */
const INTO_OURS = /\b([a-z]+[A-Z]\w*): (?:\w+[?!]?\.)+(\w+_\w+)\b/g
/** `client_id: app.clientId` */
const INTO_THEIRS = /\b(\w+_\w+): (?:\w+[?!]?\.)+([a-z]+[A-Z]\w*)\b/g
/** `{ client_id: clientId }`, which outside of a store may be the parameter of a request. */
const TAKEN_APART = /\b(\w+_\w+): ([a-z]+[A-Z]\w*)\b/g
/** The answers of the protocol are literals, and so is what the engine is told. */
const PROTOCOL = ['oauth', 'tokens', 'engine']

const WRITES_ADDRESSES = ['dashboard/kit/addresses.ts', 'dashboard/routes.ts']
/** `'/developer/apps'`, also behind the issuer. */
const ADDRESS = /['"`}]\/(developer|organizations|operator|account|connections|invitations|confirmed|problems|api)\b/
/** An operation of the API says where it is below its branch. */
const OF_AN_OPERATION = /\bpath: '[^']*'/g
/** `${path}/settings`; what follows the issuer alone is an endpoint of the protocol. */
const JOINED_ADDRESS = /`[^`]*\$\{(?!issuer\})[^`{}]*\}\/[\w$]/

/** Whether the code writes a name beside the same name in the other spelling. */
function renames(code: string, pairs: RegExp): boolean {
  return [...code.matchAll(pairs)].some(([, one, other]) => camelCase(one!) === camelCase(other!))
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The "only" rules of the design: each names the one place where something may be. */
export const ONLY_RULES: OnlyRule[] = [
  {
    what: 'engine/ imports the engine',
    allowedIn: (path) => roomOf(path) === 'engine',
    uses: (source) => importsOf(source).some(({ specifier }) => specifier.includes('workers-oauth-provider')),
    violation: {
      path: 'oauth/token.ts',
      text: `import { getOAuthApi } from '@cloudflare/workers-oauth-provider'`,
    },
  },
  {
    what: '*-store.ts and *-object.ts hold SQL',
    allowedIn: (path) => STORE_OR_OBJECT.test(path),
    uses: ({ code }) => SQL.test(code) || /\.sql\.exec\b/.test(code),
    violation: { path: 'apps/app.ts', text: 'const find = `\n  SELECT * FROM apps`' },
  },
  {
    what: 'lib/d1.ts asks D1',
    allowedIn: (path) => path === 'lib/d1.ts',
    uses: ({ code }) => /\.prepare\(|\b(db|DB)\.(batch|exec)\(/.test(code),
    violation: { path: 'apps/apps-store.ts', text: "const found = await db.prepare('SELECT * FROM apps').all()" },
  },
  {
    what: 'lib/case.ts turns snake_case into camelCase, the protocol aside',
    allowedIn: (path) => path === 'lib/case.ts' || PROTOCOL.includes(roomOf(path)),
    uses: ({ code }) => renames(code, INTO_OURS),
    violation: { path: 'apps/app.ts', text: 'const app = { scopes: row.scopes, clientId: row.client_id }' },
  },
  {
    what: 'lib/case.ts turns camelCase into snake_case, the protocol aside',
    allowedIn: (path) => path === 'lib/case.ts' || PROTOCOL.includes(roomOf(path)),
    uses: ({ code }) => renames(code, INTO_THEIRS),
    violation: { path: 'dashboard/apps.ts', text: 'const body = { client_id: app.clientId, scopes: app.scopes }' },
  },
  {
    what: 'lib/case.ts renames the columns of a store, also by destructuring',
    allowedIn: (path) => !STORE_OR_OBJECT.test(path),
    uses: ({ code }) => renames(code, TAKEN_APART),
    violation: {
      path: 'keys/keys-store.ts',
      text: 'rows.map(({ created_at: createdAt, ...key }) => ({ ...key, createdAt }))',
    },
  },
  {
    what: '*-object.ts extends DurableObject',
    allowedIn: (path) => path.endsWith('-object.ts'),
    uses: ({ code }) => /\bextends\s+DurableObject\b/.test(code),
    violation: { path: 'ledger/ledger.ts', text: 'export class Ledger extends DurableObject<Bindings> {}' },
  },
  {
    what: 'the edges, ui/ and demo/ hold .tsx',
    allowedIn: (path) => ['dashboard', 'oauth', 'sign-in', 'ui', 'demo'].includes(roomOf(path)),
    uses: ({ path }) => path.endsWith('.tsx'),
    violation: { path: 'apps/consent.tsx', text: '' },
  },
  {
    what: 'lib/clock.ts reads the clock, and the resource server its own',
    allowedIn: (path) => path === 'lib/clock.ts' || path === 'resource-server/clock.ts',
    uses: ({ code }) => /\bDate\.now\b|\bDate\(\s*\)|\bnew Date\b(?!\()|\bperformance\.|\bTemporal\.Now\b/.test(code),
    violation: { path: 'grants/grant.ts', text: 'const now = Math.floor(Date.now() / 1000)' },
  },
  {
    what: 'lib/random.ts draws random values',
    allowedIn: (path) => path === 'lib/random.ts',
    uses: ({ code }) => /\bgetRandomValues\b|\brandomUUID\b|\bMath\.random\b/.test(code),
    violation: { path: 'accounts/email-code.ts', text: 'const digits = Math.random().toString().slice(2, 10)' },
  },
  {
    what: 'env.ts reads raw variables',
    allowedIn: (path) => path === 'env.ts',
    uses: ({ code }) => RAW_VARIABLE.test(code),
    violation: { path: 'oauth/metadata.ts', text: 'const issuer = c.env.ISSUER' },
  },
  {
    what: 'kit/addresses.ts writes an address of the dashboard, and routes.ts where a part of its API is',
    allowedIn: (path) => roomOf(path) !== 'dashboard' || WRITES_ADDRESSES.includes(path),
    uses: ({ code }) => ADDRESS.test(code.replaceAll(OF_AN_OPERATION, '')),
    violation: {
      path: 'dashboard/apps/delete-page.tsx',
      text: "return c.redirect('/developer', 303)",
    },
  },
  {
    what: 'kit/addresses.ts joins the parts of an address',
    allowedIn: (path) => roomOf(path) !== 'dashboard' || WRITES_ADDRESSES.includes(path),
    uses: ({ code }) => JOINED_ADDRESS.test(code),
    violation: {
      path: 'dashboard/apps/settings-page.tsx',
      text: `<form method="post" action={\`\${path}/settings\`}>`,
    },
  },
]
