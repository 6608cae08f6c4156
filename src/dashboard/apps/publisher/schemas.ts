import { z } from '@hono/zod-openapi'
import { PUBLISHER_STATES } from '../../../apps/publisher.ts'

const time = (description: string) => z.int().nullable().openapi({ description, example: 1_790_000_000 })

export const publisherVerification = z
  .object({
    state: z.enum(PUBLISHER_STATES).openapi({
      description:
        '`pending`: looked for by itself for two days. `verified`: looked for again every week. `failed`: not found, ' +
        'or lost; POST starts again.',
      example: 'pending',
    }),
    domain: z.string().openapi({
      description: 'The host of `client_uri`, where the record belongs.',
      example: 'app.example.com',
    }),
    record: z.string().openapi({
      description: 'The whole value of the TXT record. It stays the same for this domain.',
      example: 'postern-verification=Yb3kQ9vWx1ZtLmNoPqRsTu',
    }),
    reason: z.string().nullable().openapi({
      description: 'What was wrong at the last look, in words. Of a verified domain: the next look decides.',
      example: 'The domain has no TXT record with this value.',
    }),
    found: z.array(z.string()).openapi({
      description: 'The TXT records that stood there instead: ten at most, each cut at 200 characters.',
      example: ['v=spf1 -all'],
    }),
    started_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    checked_at: time('Epoch seconds of the last look.'),
    verified_at: time('Epoch seconds since when the domain is, or when it was, verified.'),
    next_check_at: time('Epoch seconds of the next look by itself; null: only on demand.'),
  })
  .openapi('PublisherVerification', { description: "The check that who runs an app also runs its homepage's host." })
