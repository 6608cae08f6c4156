import { z } from '@hono/zod-openapi'
import { AUDIT_EVENT_NAMES } from '../../../audit/events.ts'
import { listOf, pageQuery } from '../../kit/pagination.ts'

const time = z.coerce.number().int().min(0).optional()

const auditFilter = {
  event: z.enum(AUDIT_EVENT_NAMES).optional().openapi({ description: 'Only this event.', example: 'app.blocked' }),
  client_id: z.string().max(100).optional().openapi({ description: 'Only about this app.', example: 'app_7Hd0sZk3' }),
  account_id: z.string().max(100).optional().openapi({
    description: 'Only what this person did, or what concerns them.',
    example: 'acc_2b1Qv0aXcD8fGhJkLmNp',
  }),
  from: time.openapi({ description: 'Epoch seconds: not before.', example: 1_790_000_000 }),
  to: time.openapi({ description: 'Epoch seconds: not after.', example: 1_800_000_000 }),
}
export const auditQuery = z.object({ ...auditFilter, ...pageQuery })
export const auditExportQuery = z.object(auditFilter)

const nothing = 'null: does not apply.'

export const auditEventBody = z
  .object({
    id: z.string().openapi({ description: 'Of the event; each has one.', example: 'evt_2b1Qv0aXcD8fGhJkLmNp' }),
    event: z.enum(AUDIT_EVENT_NAMES).openapi({ description: 'What happened.', example: 'app.blocked' }),
    at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    actor: z.string().nullable().openapi({
      description: 'Who did it: an account, or an app; null: nobody, it happened by itself.',
      example: 'acc_2b1Qv0aXcD8fGhJkLmNp',
    }),
    account_id: z
      .string()
      .nullable()
      .openapi({ description: `Whom it concerns; ${nothing}`, example: null }),
    client_id: z
      .string()
      .nullable()
      .openapi({ description: `The app; ${nothing}`, example: 'app_7Hd0sZk3PqLm' }),
    grant_id: z
      .string()
      .nullable()
      .openapi({ description: `The grant; ${nothing}`, example: null }),
    address: z
      .string()
      .nullable()
      .openapi({ description: `The network address; ${nothing}`, example: null }),
    reason: z.string().nullable().openapi({ description: 'Why, or what exactly.', example: 'Too curious.' }),
    limits: z
      .object({
        scope_ceiling: z
          .array(z.string())
          .nullable()
          .openapi({ description: 'The scopes that it stops at; null: no limit.', example: ['projects:read'] }),
        expires_at: z.int().nullable().openapi({ description: 'Epoch seconds; null: no end.', example: null }),
      })
      .nullable()
      .openapi({ description: `Of an approval or a policy; ${nothing}`, example: null }),
  })
  .openapi('AuditEvent', { description: 'One thing that happened; never holds a token, code, secret or cookie.' })
export const auditEventList = listOf(auditEventBody).openapi('AuditEventList', { description: 'The newest first.' })
