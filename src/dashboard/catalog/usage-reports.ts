import { createRoute, z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { isIntrospectionSecretOf } from '../../catalog/introspection-secret.ts'
import { findResourceCredentialsStatement, parseResourceCredentials } from '../../catalog/resource-credentials-store.ts'
import { ApiError } from '../../errors.ts'
import { readBasic } from '../../lib/basic-credentials.ts'
import { currentTime } from '../../lib/clock.ts'
import { batch } from '../../lib/d1.ts'
import { equalInConstantTime, sha256 } from '../../lib/encoding.ts'
import { writeReportedUses } from '../../organizations/scope-uses-store.ts'
import type { ApiEnv } from '../kit/api-env.ts'
import { readJsonBody } from '../kit/json-body.ts'
import { BODY_PROBLEMS, jsonBody, newApi, problems } from '../kit/route.ts'

const MAX_USES = 400
const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="postern", charset="UTF-8"' }

const usageReport = z
  .strictObject({
    uses: z
      .array(
        z.strictObject({
          client_id: z.string().max(100).openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
          organization_id: z
            .string()
            .max(100)
            .openapi({ description: 'One that the token named.', example: 'org_2b1Qv0aXcD8fGhJkLmNp' }),
          scope: z.string().max(200).openapi({ description: 'A scope of this API.', example: 'projects:read' }),
          last_used_at: z.int().min(0).openapi({ description: 'Epoch seconds; not to come.', example: 1_790_000_000 }),
        }),
      )
      .max(MAX_USES)
      .openapi({ description: 'The newest use of each scope, by app and organization.' }),
  })
  .openapi('UsageReport', { description: 'Which scopes apps used at an API, for the inventory of administrators.' })

/** An API shows its introspection credentials; a session or an access token is worth nothing here. */
const authenticateResource: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const basic = readBasic(c.req.header('Authorization') ?? '')
  // What we did not make costs no storage.
  if (!basic || !(await isIntrospectionSecretOf(c.get('config'), basic.id, basic.secret))) throw refuseResource()
  const [found] = await batch(c.env.DB, [findResourceCredentialsStatement(c.env.DB, basic.id)])
  const row = found?.results[0]
  const resource = row ? parseResourceCredentials(row, c.get('config').issuer) : undefined
  if (!resource || !equalInConstantTime(await sha256(basic.secret), resource.secretHash)) throw refuseResource()
  await next()
}

function refuseResource(): ApiError {
  const detail = 'Send the introspection credentials of the API by HTTP Basic.'
  return new ApiError('unauthenticated', detail, [], CHALLENGE)
}

/** What administrators see of over-permission comes from here. */
export const resourceUsage = newApi()

resourceUsage.openapi(
  createRoute({
    method: 'post',
    path: '/resource-usage',
    operationId: 'reportUsage',
    tags: ['Inventory'],
    summary: 'Report which scopes were used',
    description:
      'For protected APIs, with their introspection credentials; `reportUsage` of the resource server sends it once a ' +
      'minute. Scopes of other APIs, and apps that do not reach the organization, are passed over.',
    middleware: [authenticateResource, readJsonBody],
    security: [{ resource: [] }],
    request: { body: jsonBody('What was used.', usageReport) },
    responses: {
      204: { description: 'It was written.' },
      ...problems(...BODY_PROBLEMS),
    },
  }),
  async (c) => {
    const { id = '' } = readBasic(c.req.header('Authorization') ?? '') ?? {}
    await writeReportedUses(c.env.DB, id, c.req.valid('json').uses, currentTime())
    return c.body(null, 204)
  },
)
