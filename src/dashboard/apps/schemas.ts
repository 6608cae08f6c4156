import { z } from '@hono/zod-openapi'
import { AUTH_METHODS, GRANT_TYPE_NAMES } from '../../apps/app.ts'
import { nameSchema } from '../../apps/name.ts'
import { findWebAddressProblem } from '../../apps/web-address.ts'
import { checkedText, emailAddress, required } from '../../lib/texts.ts'
import { listOf } from '../kit/pagination.ts'
import { publisherBody } from '../kit/publisher-body.ts'

const MAX_REDIRECT_URIS = 20
const MAX_SCOPES = 100
const MAX_CONTACTS = 10

const webAddress = (description: string, example: string) =>
  checkedText(z.string(), findWebAddressProblem)
    .nullable()
    .openapi({ type: ['string', 'null'], format: 'uri', description, example })

/** What a developer decides; the names of RFC 7591 §2 where it has one. */
const settings = {
  client_name: nameSchema().openapi({
    description: 'The name that people see when they are asked for consent: 1 to 80 visible characters.',
    example: 'Release notes',
  }),
  redirect_uris: z
    .array(z.string(), { error: required('a list') })
    .min(1, 'At least one redirect URI is needed.')
    .max(MAX_REDIRECT_URIS, `At most ${MAX_REDIRECT_URIS} redirect URIs.`)
    .openapi({
      description:
        'Where people may be sent back to, compared exactly (any port on loopback, RFC 8252 §7.3): https, http on ' +
        'loopback, or for public clients a private-use scheme such as `com.example.app:/callback`. No fragment, ' +
        'wildcard, user info, or IP address off loopback.',
      example: ['https://app.example.com/callback'],
    }),
  grant_types: z
    .array(z.enum(GRANT_TYPE_NAMES))
    .min(1, 'At least authorization_code is needed.')
    .max(GRANT_TYPE_NAMES.length)
    .openapi({
      description: '`authorization_code`, and `refresh_token` for access while nobody is there.',
      example: ['authorization_code', 'refresh_token'],
    }),
  token_endpoint_auth_method: z.enum(AUTH_METHODS).openapi({
    description:
      '`none` makes a public client, which keeps no secret (mobile, desktop, browser). Cannot change between public ' +
      'and confidential.',
    example: 'client_secret_basic',
  }),
  scopes: z
    .array(z.string())
    .max(MAX_SCOPES)
    .openapi({
      description: 'Scopes that the app cannot work without: a request that names none asks for all of these.',
      example: ['projects:read'],
    }),
  optional_scopes: z
    .array(z.string())
    .max(MAX_SCOPES)
    .openapi({
      description: 'Scopes that a request may name besides; the person may leave them out.',
      example: ['projects:write'],
    }),
  client_uri: webAddress(
    'The homepage of the app. Moving it to another host ends the verification of the publisher, so a public app moves ' +
      'it together with "visibility": "private".',
    'https://app.example.com/',
  ),
  logo_uri: webAddress(
    'The logo of the app: PNG, JPEG or WebP of at most 64 KiB, fetched once when the address is set.',
    'https://app.example.com/logo.png',
  ),
  policy_uri: webAddress('How the app uses data.', 'https://app.example.com/privacy'),
  tos_uri: webAddress('The terms of the app.', 'https://app.example.com/terms'),
  contacts: z
    .array(emailAddress('This is not an e-mail address.').openapi({ format: 'email' }))
    .max(MAX_CONTACTS, `At most ${MAX_CONTACTS} contacts.`)
    .openapi({ description: 'E-mail addresses of those who answer for the app.', example: ['dev@example.com'] }),
  visibility: z.enum(['private', 'public']).openapi({
    description:
      '`private`: only members of the organization can authorize the app. `public`: everybody; it needs a logo, a ' +
      'homepage, a verified publisher and at least one scope.',
    example: 'private',
  }),
}

/** All of them, as they stand in the body of an app. */
export const appSettings = z.object(settings)

const organizationId = z.string().max(100)
const time = (description: string) => z.int().openapi({ description, example: 1_790_000_000 })

export const appRegistration = z
  .strictObject({
    ...settings,
    organization_id: organizationId.optional().openapi({
      description: 'The organization that the app belongs to; left out: your personal one.',
      example: 'org_2b1Qv0aXcD8fGhJkLmNp',
    }),
    grant_types: settings.grant_types.default(['authorization_code']),
    token_endpoint_auth_method: settings.token_endpoint_auth_method.default('client_secret_basic'),
    scopes: settings.scopes.default([]),
    optional_scopes: settings.optional_scopes.default([]),
    client_uri: settings.client_uri.default(null),
    logo_uri: settings.logo_uri.default(null),
    policy_uri: settings.policy_uri.default(null),
    tos_uri: settings.tos_uri.default(null),
    contacts: settings.contacts.default([]),
    visibility: settings.visibility.default('private'),
  })
  .openapi('AppRegistration', {
    description: 'A new app. Fields are named as in RFC 7591; unknown fields are refused.',
  })

export const appChange = z
  .strictObject({
    client_name: settings.client_name.exactOptional(),
    redirect_uris: settings.redirect_uris.exactOptional(),
    grant_types: settings.grant_types.exactOptional(),
    token_endpoint_auth_method: settings.token_endpoint_auth_method.exactOptional(),
    scopes: settings.scopes.exactOptional(),
    optional_scopes: settings.optional_scopes.exactOptional(),
    client_uri: settings.client_uri.exactOptional(),
    logo_uri: settings.logo_uri.exactOptional(),
    policy_uri: settings.policy_uri.exactOptional(),
    tos_uri: settings.tos_uri.exactOptional(),
    contacts: settings.contacts.exactOptional(),
    visibility: settings.visibility.exactOptional(),
  })
  .openapi('AppChange', {
    description: 'The settings to change, in the manner of RFC 7396: what is left out stays, null clears.',
  })

export const appBody = z
  .object({
    client_id: z.string().openapi({ description: 'Never used twice.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    organization_id: organizationId.openapi({
      description: 'The organization that the app belongs to.',
      example: 'org_2b1Qv0aXcD8fGhJkLmNp',
    }),
    ...settings,
    logo_path: z.string().nullable().openapi({
      description: 'Our copy of the logo, a path of this service; people are shown only that.',
      example: '/logos/m2Vf0b0Q9gq3cX1k6w4tqv0m8yQ2Zt7s5nJrUe3XhKc',
    }),
    publisher: publisherBody,
    created_at: time('Epoch seconds.'),
    updated_at: time('Epoch seconds of the last change of a setting.'),
    version: z.int().openapi({
      description: 'Raised by each change: in quotation marks it is the `ETag`, for `If-Match`.',
      example: 1,
    }),
  })
  .openapi('App', { description: 'A registered app.' })

export const registeredApp = appBody
  .extend({
    client_secret: z.string().optional().openapi({
      description: 'Of a confidential app: the first secret, shown this once. Keep it where only your server reads it.',
      example: 'pst_secret_…',
    }),
    client_secret_expires_at: z
      .int()
      .optional()
      .openapi({ description: 'RFC 7591 §3.2.1; 0: it does not expire.', example: 0 }),
  })
  .openapi('RegisteredApp', { description: 'A new app and, once, its secret.' })

export const appList = listOf(appBody).openapi('AppList', { description: 'Newest first.' })
