import { z } from 'zod'
import type { Camel } from '../lib/case.ts'
import { checkedText, emailAddress, required } from '../lib/texts.ts'
import { GRANT_TYPE_NAMES } from './grant-types.ts'
import { nameSchema } from './name.ts'
import type { SettingRow } from './setting-row.ts'
import { findWebAddressProblem } from './web-address.ts'

const MAX_REDIRECT_URIS = 20
const MAX_SCOPES = 100
const MAX_CONTACTS = 10

/** How a client may authenticate at the token endpoint (RFC 6749 §2.3). */
/** How an app authenticates at the token endpoint (RFC 7591 §2). */
export const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const

/**
 * What a developer decides about an app; the rest is ours. A row is a setting: its name is that of RFC 7591 §2 where it
 * has one, and names the field of the API and of the form, and the column. All of these, and the type, come from here;
 * the column itself is added to `schema.sql`. Without an initial value it must be given when an app is registered.
 */
export const SETTINGS = {
  client_name: {
    schema: nameSchema().meta({
      description: 'The name that people see when they are asked for consent: 1 to 80 visible characters.',
      example: 'Release notes',
    }),
    input: 'text',
    part: 'recognition',
    label: 'Name',
    hint: 'What people read when they are asked for consent.',
  },
  redirect_uris: {
    schema: z
      .array(z.string(), { error: required('a list') })
      .min(1, 'At least one redirect URI is needed.')
      .max(MAX_REDIRECT_URIS, `At most ${MAX_REDIRECT_URIS} redirect URIs.`)
      .meta({
        description:
          'Where people may be sent back to, compared exactly (any port on loopback, RFC 8252 §7.3): https, http on ' +
          'loopback, or for public clients a private-use scheme such as `com.example.app:/callback`. No fragment, ' +
          'wildcard, user info, or IP address off loopback.',
        example: ['https://app.example.com/callback'],
      }),
    input: 'redirects',
    part: 'redirects',
    label: 'Redirect URIs, one to a line',
    lines: 3,
  },
  grant_types: {
    schema: z
      .array(z.enum(GRANT_TYPE_NAMES))
      .min(1, 'At least authorization_code is needed.')
      .max(GRANT_TYPE_NAMES.length)
      .meta({
        description: '`authorization_code`, and `refresh_token` for access while nobody is there.',
        example: ['authorization_code', 'refresh_token'],
      }),
    initial: ['authorization_code'],
    input: 'refresh',
    part: 'redirects',
    label: 'Keep access while nobody is there',
    hint: 'The app gets refresh tokens. Without, people come back every few minutes.',
  },
  token_endpoint_auth_method: {
    schema: z.enum(AUTH_METHODS).meta({
      description:
        '`none` makes a public client, which keeps no secret (mobile, desktop, browser). Cannot change between public ' +
        'and confidential.',
      example: 'client_secret_basic',
    }),
    initial: 'client_secret_basic',
    // What kind of app it is decides, on the page before the form.
    input: null,
  },
  scopes: {
    schema: z
      .array(z.string())
      .max(MAX_SCOPES)
      .meta({
        description: 'Scopes that the app cannot work without: a request that names none asks for all of these.',
        example: ['projects:read'],
      }),
    initial: [],
    input: 'scopes',
    part: 'access',
  },
  optional_scopes: {
    schema: z
      .array(z.string())
      .max(MAX_SCOPES)
      .meta({
        description: 'Scopes that a request may name besides; the person may leave them out.',
        example: ['projects:write'],
      }),
    initial: [],
    input: 'optionalScopes',
    part: 'access',
  },
  client_uri: {
    schema: webAddress(
      'The homepage of the app. Moving it to another host ends the verification of the publisher, so a public app ' +
        'moves it together with "visibility": "private".',
      'https://app.example.com/',
    ),
    initial: null,
    input: 'url',
    part: 'recognition',
    label: 'Homepage',
    hint: 'Needed before everybody may connect the app; its host is what you verify as publisher.',
  },
  logo_uri: {
    schema: webAddress(
      'The logo of the app: PNG, JPEG or WebP of at most 64 KiB, fetched once when the address is set.',
      'https://app.example.com/logo.png',
    ),
    initial: null,
    input: 'url',
    part: 'recognition',
    label: 'Logo',
    hint: 'The https address of a PNG, JPEG or WebP of at most 64 KiB. We keep a copy and show only that.',
  },
  policy_uri: {
    schema: webAddress('How the app uses data.', 'https://app.example.com/privacy'),
    initial: null,
    input: 'url',
    part: 'recognition',
    label: 'Privacy policy',
  },
  tos_uri: {
    schema: webAddress('The terms of the app.', 'https://app.example.com/terms'),
    initial: null,
    input: 'url',
    part: 'recognition',
    label: 'Terms',
  },
  contacts: {
    schema: z
      .array(emailAddress('This is not an e-mail address.').meta({ format: 'email' }))
      .max(MAX_CONTACTS, `At most ${MAX_CONTACTS} contacts.`)
      .meta({ description: 'E-mail addresses of those who answer for the app.', example: ['dev@example.com'] }),
    initial: [],
    input: 'lines',
    part: 'recognition',
    label: 'Contacts, one e-mail address to a line',
    lines: 2,
  },
  visibility: {
    schema: z.enum(['private', 'public']).meta({
      description:
        '`private`: only members of the organization can authorize the app. `public`: everybody; it needs a logo, a ' +
        'homepage, a verified publisher and at least one scope.',
      example: 'private',
    }),
    initial: 'private',
    // It has a page of its own, with what is missing for it.
    input: null,
  },
} as const satisfies Record<string, SettingRow>

function webAddress(description: string, example: string) {
  return checkedText(z.string(), findWebAddressProblem)
    .nullable()
    .meta({ type: ['string', 'null'], format: 'uri', description, example })
}

/** Under the names of the API, of the form and of the columns. */
export type SettingName = keyof typeof SETTINGS
export type SettingSchemas = { [Name in SettingName]: (typeof SETTINGS)[Name]['schema'] }
/** The table for those who treat every row alike. */
export const SETTING_ROWS = Object.entries(SETTINGS) as readonly (readonly [SettingName, SettingRow])[]

export type AppSettings = Camel<{ [Name in SettingName]: z.output<SettingSchemas[Name]> }>
export type Setting = keyof AppSettings

export interface SettingProblem {
  setting: Setting
  /** The wrong item, when the setting is a list. */
  index?: number
  /** The rule in words. */
  detail: string
}

/** A public client (RFC 6749 §2.1) keeps no secret. */
export function isPublic(app: Pick<AppSettings, 'tokenEndpointAuthMethod'>): boolean {
  return app.tokenEndpointAuthMethod === 'none'
}
