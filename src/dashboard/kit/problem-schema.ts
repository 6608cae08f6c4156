import { z } from '@hono/zod-openapi'

const fieldError = z
  .object({
    pointer: z.string().openapi({ description: 'JSON Pointer (RFC 6901) to the wrong field of the body.' }),
    detail: z.string().openapi({ description: 'The rule that it breaks, in words.' }),
  })
  .openapi('FieldError', { description: 'One wrong field.' })

/** The body of every refusal and failure. */
export const problem = z
  .object({
    type: z.string().openapi({ description: 'Identifies the kind of problem; its last segment does not change.' }),
    title: z.string().openapi({ description: 'The kind of problem in words.' }),
    status: z.int().openapi({ description: 'The status of the response.' }),
    detail: z.string().optional().openapi({ description: 'What was wrong with this request.' }),
    errors: z.array(fieldError).optional().openapi({ description: 'Every wrong field of the body.' }),
    request_id: z.string().openapi({ description: 'Tell it when you ask for help.' }),
  })
  .openapi('Problem', {
    description: 'A problem in the format of RFC 9457.',
    example: {
      type: 'https://id.example.com/problems/validation-failed',
      title: 'Some fields are not valid',
      status: 422,
      errors: [{ pointer: '/redirect_uris/0', detail: 'A redirect URI has no fragment (RFC 6749 §3.1.2).' }],
      request_id: '4b2f7d3e-0d8e-4f25-9a2b-0c8d7a6d1f11',
    },
  })
