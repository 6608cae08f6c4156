import { z } from '@hono/zod-openapi'
import { nameSchema } from '../../../apps/name.ts'
import { listOf } from '../../kit/pagination.ts'

const expiresAt = z.int().nullable()

export const secretRequest = z
  .strictObject({
    name: nameSchema().openapi({
      description: 'To tell secrets apart: 1 to 80 visible characters.',
      example: 'EU servers',
    }),
    expires_at: expiresAt.default(null).openapi({
      description: 'Epoch seconds, at most two years away; null or left out: until it is deleted.',
      example: 1_820_000_000,
    }),
  })
  .openapi('SecretRequest', { description: 'A new client secret.' })

export const secretBody = z
  .object({
    id: z
      .string()
      .openapi({ description: 'Names the secret; it is not secret itself.', example: 'sec_Yb3kQ9vWx1ZtLmNoPqRs' }),
    name: z.string().openapi({ description: 'What its creator called it.', example: 'EU servers' }),
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    expires_at: expiresAt.openapi({ description: 'Epoch seconds; null: until it is deleted.', example: null }),
    last_used_at: z.int().nullable().openapi({
      description: 'Epoch seconds, to the hour; null: never used.',
      example: 1_790_003_600,
    }),
  })
  .openapi('Secret', { description: 'What is known of a client secret. Its value is not.' })

export const createdSecret = secretBody
  .extend({
    client_secret: z.string().openapi({ description: 'The value, shown this once.', example: 'pst_secret_…' }),
  })
  .openapi('CreatedSecret', { description: 'A new client secret with its value.' })

export const secretList = listOf(secretBody).openapi('SecretList', {
  description: 'The live secrets, oldest first: two at most.',
})
