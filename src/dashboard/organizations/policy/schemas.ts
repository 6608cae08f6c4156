import { z } from '@hono/zod-openapi'
import { APP_POLICIES } from '../../../organizations/policy.ts'

const policy = z.enum(APP_POLICIES).openapi({
  description:
    '`open`: members connect any public app; `verified`: only those of verified publishers; `approved`: only those ' +
    'that an administrator approved. First-party apps pass, but can be blocked.',
  example: 'verified',
})
const scopeCeiling = z
  .array(z.string())
  .max(500)
  .nullable()
  .openapi({
    description: 'The scopes that apps without an approval stop at; null: none. An approval has a ceiling of its own.',
    example: ['projects:read'],
  })

export const policyBody = z
  .object({ policy, scope_ceiling: scopeCeiling })
  .openapi('Policy', { description: 'Which apps members may connect, where nobody decided about one.' })

export const newPolicy = z
  .strictObject({ policy, scope_ceiling: scopeCeiling })
  .openapi('NewPolicy', { description: 'Replaces the policy.' })

const effectBody = z
  .object({
    client_id: z.string().openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    client_name: z.string().openapi({ description: 'Its name.', example: 'Release notes' }),
    cut_off: z.boolean().openapi({ description: 'Whether it would lose the organization.', example: true }),
    lost_scopes: z.array(z.string()).openapi({
      description: 'Otherwise: the scopes that it would lose.',
      example: ['projects:write'],
    }),
    grants: z.int().openapi({ description: 'Living grants of it here.', example: 12 }),
    people: z.int().openapi({ description: 'Who gave them.', example: 9 }),
  })
  .openapi('PolicyEffect', { description: 'What would change about one app.' })

export const policyPreviewBody = z
  .object({
    apps: z.int().openapi({ description: 'Apps that would be cut off.', example: 1 }),
    grants: z.int().openapi({ description: 'Their living grants.', example: 12 }),
    people: z.int().openapi({ description: 'Who gave those, each counted once.', example: 9 }),
    effects: z.array(effectBody).openapi({ description: 'App by app, those of most people first.' }),
  })
  .openapi('PolicyPreview', { description: 'What a policy would end. From a projection that is seconds old.' })
