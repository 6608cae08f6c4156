import { z } from '@hono/zod-openapi'

export const publisherBody = z
  .object({
    state: z.enum(['first_party', 'verified', 'unverified']).openapi({
      description: 'Whether the app is one of this service itself, or of a publisher whose domain was checked.',
    }),
    domain: z.string().nullable().openapi({ description: 'The checked domain.', example: 'app.example.com' }),
  })
  .openapi('Publisher', { description: 'Who stands behind an app.' })
