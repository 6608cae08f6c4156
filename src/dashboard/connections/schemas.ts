import { z } from '@hono/zod-openapi'
import { changeOf } from '../kit/change-of.ts'
import { listOf } from '../kit/pagination.ts'
import { publisherBody } from '../kit/publisher-body.ts'

const scopes = z.array(z.string()).openapi({ description: 'What the person consented to.', example: ['projects:read'] })
const organizations = z.array(z.string()).openapi({
  description: 'The organizations that it may do it in.',
  example: ['org_2b1Qv0aXcD8fGhJkLmNp'],
})

export const grantBody = z
  .object({
    id: z.string().openapi({ description: 'Names the grant; it is not secret.', example: 'kZ3PqLmNoXyAbCd1' }),
    client_id: z.string().openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    client_name: z.string().openapi({ description: 'Its name today.', example: 'Release notes' }),
    publisher: publisherBody,
    resource: z.string().openapi({ description: 'The API that it reaches.', example: 'https://api.example.com' }),
    scopes,
    organizations,
    scopes_in_effect: z.array(z.string()).openapi({
      description: 'What of `scopes` holds today: organizations may allow less, and the app may have given some up.',
      example: ['projects:read'],
    }),
    organizations_in_effect: z.array(z.string()).openapi({
      description: 'What of `organizations` it reaches today.',
      example: ['org_2b1Qv0aXcD8fGhJkLmNp'],
    }),
    device: z.string().openapi({
      description: 'The kind of browser in which it was given.',
      example: 'Firefox on Linux',
    }),
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    last_used_at: z.int().openapi({ description: 'Epoch seconds, to the hour.', example: 1_790_003_600 }),
    expires_at: z.int().openapi({ description: 'Epoch seconds: when it ends by itself.', example: 1_792_592_000 }),
  })
  .openapi('Grant', { description: 'What a person allowed to an app on one device.' })

export const grantList = listOf(grantBody).openapi('GrantList', { description: 'Living grants, newest first.' })

export const grantChange = changeOf({ scopes, organizations }).openapi('GrantChange', {
  description: 'What is kept; left out: all of it. Nothing can be added, and required scopes of the app stay.',
})
