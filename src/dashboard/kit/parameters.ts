import { z } from '@hono/zod-openapi'

/** The path parameters that several features have. */

export const appPath = z.object({
  client_id: z.string().max(100).openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
})

export const organizationPath = z.object({
  organization_id: z
    .string()
    .max(100)
    .openapi({ description: 'The organization.', example: 'org_2b1Qv0aXcD8fGhJkLmNp' }),
})

export const accountPath = z.object({
  account_id: z.string().max(100).openapi({ description: 'The account.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
})

export const memberPath = organizationPath.extend({
  account_id: z.string().max(100).openapi({ description: 'The member.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
})

export const decisionPath = organizationPath.extend({
  client_id: z.string().max(100).openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
})
