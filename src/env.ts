import { z } from 'zod'
import { parseEmailAddress } from './lib/email-address.ts'

/** What wrangler.toml binds. Raw variables are read in this file only. */
export interface Bindings {
  DB: D1Database
  GRANTS: KVNamespace
  // Whoever calls an object says which class it is: the classes know this file, and it knows none of them.
  GRANT_LEDGER: DurableObjectNamespace
  AUTHORITY: DurableObjectNamespace
  ONE_TIME: DurableObjectNamespace
  LIMITS: DurableObjectNamespace
  BURSTS: RateLimit
  CUT_OFF: Workflow<{ jobId: string }>
  WEBHOOKS: Queue<{ webhookId: string; eventId: string; attempt: number }>
  EMAIL?: SendEmail
  ENVIRONMENT?: string
  ISSUER?: string
  OPERATOR_EMAILS?: string
  EMAIL_FROM?: string
  KEY_SHARDS?: string
  KEY_WRAPPING_SECRETS?: string
  CREDENTIAL_SECRETS?: string
  OUTAGE_SECONDS?: string
  EMAIL_CODE_SECRET?: string
  AUTHORIZATION_CODE_TTL_SECONDS?: string
  ACCESS_TOKEN_TTL_SECONDS?: string
  REFRESH_TOKEN_IDLE_TTL_SECONDS?: string
  REFRESH_TOKEN_MAX_TTL_SECONDS?: string
  SESSION_IDLE_TTL_SECONDS?: string
  SESSION_MAX_TTL_SECONDS?: string
  ORGANIZATIONS_PER_ACCOUNT?: string
  APPS_PER_ACCOUNT?: string
  FETCHES_PER_ACCOUNT?: string
  DEFAULT_APP_POLICY?: string
  AUDIT_RETENTION_DAYS?: string
  WEBHOOK_POSTS_PER_MINUTE?: string
  DOH_RESOLVER?: string
  GUARDED_FETCH_TEST_ORIGIN?: string
  SIGN_IN_CODES_PER_NETWORK?: string
}

/** A variable is missing or out of bounds. The message names it and never shows a value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

const MINUTE = 60
const DAY = 86_400
const whole = (min: number, max: number, preset: number) => z.coerce.number().int().min(min).max(max).default(preset)
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)
/** Long enough, and not a placeholder: one letter repeated, or a few words over and over, is no secret. */
const secret = z
  .string()
  .min(32)
  .refine((text) => new Set(text).size >= MIN_DISTINCT && !/^(.{1,16})\1+$/.test(text))
const MIN_DISTINCT = 10
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1'])
/** https anywhere, or http on this machine. */
const serverAddress = z
  .string()
  .refine((address) => URL.parse(address)?.protocol === 'https:' || isLoopback(URL.parse(address)))
const loopbackOrigin = z
  .string()
  .refine((origin) => URL.parse(origin)?.origin === origin && isLoopback(URL.parse(origin)))
/** As it is stored when somebody signs in with it. */
const emailAddress = z.string().transform((text, context) => {
  const address = parseEmailAddress(text)
  if (!address) context.addIssue({ code: 'custom', message: 'not an address' })
  return address ?? z.NEVER
})
const LOCATION_HINTS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const
export type LocationHint = (typeof LOCATION_HINTS)[number]
/** Where keys live: a location hint of Durable Objects, and a number where one object there is not enough (`weur-2`). */
export type Shard = LocationHint | `${LocationHint}-${number}`
const shard = z.custom<Shard>((name) => {
  const [hint, number, ...more] = typeof name === 'string' ? name.split('-') : []
  const isNumber = number === undefined || /^([2-9]|[1-9]\d)$/.test(number)
  return LOCATION_HINTS.some((known) => known === hint) && isNumber && more.length === 0
})

export function hintOf(name: Shard): LocationHint {
  return name.split('-', 1)[0] as LocationHint
}

const variables = z.object({
  ENVIRONMENT: z.enum(['production', 'development']),
  ISSUER: z.string().refine((issuer) => URL.canParse(issuer) && new URL(issuer).origin === issuer),
  OPERATOR_EMAILS: list.pipe(z.array(emailAddress)).default([]),
  EMAIL_FROM: z.string().default(''),
  KEY_SHARDS: list.pipe(z.array(shard).min(1)).default(['weur', 'enam', 'apac']),
  KEY_WRAPPING_SECRETS: list.pipe(z.array(secret).min(1)),
  CREDENTIAL_SECRETS: list.pipe(z.array(secret).min(1)),
  EMAIL_CODE_SECRET: secret,
  AUTHORIZATION_CODE_TTL_SECONDS: whole(10, 10 * MINUTE, 60),
  // The engine keeps refresh tokens and access tokens at least a minute.
  OUTAGE_SECONDS: whole(5, 600, 60),
  ACCESS_TOKEN_TTL_SECONDS: whole(MINUTE, DAY, 600),
  REFRESH_TOKEN_IDLE_TTL_SECONDS: whole(DAY, 365 * DAY, 30 * DAY),
  REFRESH_TOKEN_MAX_TTL_SECONDS: whole(DAY, 2 * 365 * DAY, 365 * DAY),
  // An office is one network; a browser that signed in before is not counted.
  SIGN_IN_CODES_PER_NETWORK: whole(10, 100_000, 100),
  SESSION_IDLE_TTL_SECONDS: whole(60 * MINUTE, 90 * DAY, 30 * DAY),
  SESSION_MAX_TTL_SECONDS: whole(60 * MINUTE, 365 * DAY, 180 * DAY),
  ORGANIZATIONS_PER_ACCOUNT: whole(1, 10_000, 100),
  APPS_PER_ACCOUNT: whole(1, 10_000, 100),
  FETCHES_PER_ACCOUNT: whole(1, 10_000, 60),
  AUDIT_RETENTION_DAYS: whole(30, 3650, 400),
  WEBHOOK_POSTS_PER_MINUTE: whole(1, 6000, 120),
  DEFAULT_APP_POLICY: z.enum(['open', 'verified', 'approved']).default('open'),
  DOH_RESOLVER: serverAddress.default('https://cloudflare-dns.com/dns-query'),
  GUARDED_FETCH_TEST_ORIGIN: loopbackOrigin.optional(),
})

export interface Config {
  development: boolean
  /** RFC 8414 §2; no trailing slash. */
  issuer: string
  /** False on loopback http, in development: there browsers refuse or lose cookies that are `Secure`. */
  secureCookies: boolean
  operatorEmails: readonly string[]
  emailFrom: string
  /** The first signs at once; only it is used in development. */
  keyShards: readonly [Shard, ...Shard[]]
  /** Newest first. */
  keyWrappingSecrets: readonly string[]
  /** Newest first: it seals codes, tokens and secrets, and each of them still verifies what it sealed. */
  credentialSecrets: readonly string[]
  emailCodeSecret: string
  authorizationCodeTtlSeconds: number
  accessTokenTtlSeconds: number
  /** How long tokens are issued on what is known, while the database does not answer. */
  outageSeconds: number
  refreshTokenIdleTtlSeconds: number
  refreshTokenMaxTtlSeconds: number
  sessionIdleTtlSeconds: number
  /** From the sign-in on, however much the session is used. */
  sessionMaxTtlSeconds: number
  /** That one account owns, without its personal one. In a day it creates twice as many at most. */
  organizationsPerAccount: number
  /** That one account registered and that exist. In a day it registers twice as many at most. */
  appsPerAccount: number
  /** What we fetch and look up for one account in an hour: logos, and publisher domains when somebody asks. */
  fetchesPerAccount: number
  /** Sign-in codes an hour for one network address, not counting browsers that signed in before. */
  codesPerNetwork: number
  /** How long audit events are kept. */
  auditRetentionSeconds: number
  /** Of one organization, over all of its webhooks. */
  webhookPostsPerMinute: number
  /** Of an organization that somebody creates. */
  defaultAppPolicy: 'open' | 'verified' | 'approved'
  /** DNS over HTTPS, RFC 8484. */
  dohResolver: string
  /** Development only: where a guarded fetch connects to instead. */
  guardedFetchTestOrigin: string | null
}

const parsed = new WeakMap<object, Config>()

/** The configuration of this deployment; throws {@link ConfigurationError} naming every wrong variable. */
export function readConfig(env: Bindings): Config {
  const known = parsed.get(env)
  if (known) return known
  const config = parseConfig(env)
  parsed.set(env, config)
  return config
}

function parseConfig(env: Bindings): Config {
  const result = variables.safeParse(env)
  if (!result.success) {
    const names = [...new Set(result.error.issues.map((issue) => String(issue.path[0])))]
    throw missing(...names)
  }
  const values = result.data
  const development = values.ENVIRONMENT === 'development'
  const issuer = new URL(values.ISSUER)
  if (development && !LOOPBACK_HOSTS.has(issuer.hostname)) {
    throw new ConfigurationError('ENVIRONMENT is development, but ISSUER is not on localhost')
  }
  if (!development && issuer.protocol !== 'https:') throw new ConfigurationError('ISSUER must be https')
  if (!development && !values.EMAIL_FROM) throw missing('EMAIL_FROM')
  if (!development) checkOutsideWorld(values)
  const [firstShard, ...otherShards] = values.KEY_SHARDS
  return {
    development,
    issuer: values.ISSUER,
    secureCookies: issuer.protocol === 'https:',
    operatorEmails: values.OPERATOR_EMAILS,
    emailFrom: values.EMAIL_FROM,
    keyShards: [firstShard!, ...(development ? [] : otherShards)],
    keyWrappingSecrets: values.KEY_WRAPPING_SECRETS,
    credentialSecrets: values.CREDENTIAL_SECRETS,
    emailCodeSecret: values.EMAIL_CODE_SECRET,
    authorizationCodeTtlSeconds: values.AUTHORIZATION_CODE_TTL_SECONDS,
    outageSeconds: values.OUTAGE_SECONDS,
    accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
    refreshTokenIdleTtlSeconds: values.REFRESH_TOKEN_IDLE_TTL_SECONDS,
    refreshTokenMaxTtlSeconds: values.REFRESH_TOKEN_MAX_TTL_SECONDS,
    codesPerNetwork: values.SIGN_IN_CODES_PER_NETWORK,
    sessionIdleTtlSeconds: values.SESSION_IDLE_TTL_SECONDS,
    sessionMaxTtlSeconds: values.SESSION_MAX_TTL_SECONDS,
    organizationsPerAccount: values.ORGANIZATIONS_PER_ACCOUNT,
    appsPerAccount: values.APPS_PER_ACCOUNT,
    fetchesPerAccount: values.FETCHES_PER_ACCOUNT,
    defaultAppPolicy: values.DEFAULT_APP_POLICY,
    auditRetentionSeconds: values.AUDIT_RETENTION_DAYS * DAY,
    webhookPostsPerMinute: values.WEBHOOK_POSTS_PER_MINUTE,
    dohResolver: values.DOH_RESOLVER,
    guardedFetchTestOrigin: values.GUARDED_FETCH_TEST_ORIGIN ?? null,
  }
}

/** In production we ask and fetch where the configuration says that we do, and nobody on the way changes an answer. */
function checkOutsideWorld({ DOH_RESOLVER, GUARDED_FETCH_TEST_ORIGIN }: z.output<typeof variables>): void {
  if (!DOH_RESOLVER.startsWith('https:')) throw new ConfigurationError('DOH_RESOLVER must be https')
  if (GUARDED_FETCH_TEST_ORIGIN !== undefined) {
    throw new ConfigurationError('GUARDED_FETCH_TEST_ORIGIN is for development only')
  }
}

function isLoopback(url: URL | null): boolean {
  return url?.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname)
}

function missing(...names: string[]): ConfigurationError {
  return new ConfigurationError(`These variables are missing or invalid: ${names.join(', ')}`)
}

/** The type that every Hono router of ours is made with. */
export interface AppEnv {
  Bindings: Bindings
  Variables: { config: Config }
}
