import { z } from '@hono/zod-openapi'
import { grantBody } from './connections/schemas.ts'
import { auditEventBody } from './organizations/audit/schemas.ts'
import { role } from './organizations/schemas.ts'

const time = (description: string) =>
  z.int().openapi({ description: `Epoch seconds: ${description}.`, example: 1_790_000_000 })
const maybe = (description: string) =>
  z
    .int()
    .nullable()
    .openapi({ description: `Epoch seconds: ${description}; null: not.`, example: null })
const browser = z
  .string()
  .openapi({ description: 'As the browser names itself.', example: 'Mozilla/5.0 Firefox/150.0' })
const organizationId = z.string().openapi({ description: 'The organization.', example: 'org_2b1Qv0aXcD8fGhJkLmNp' })

const exportedSession = z
  .object({
    signed_in_at: time('when it began'),
    method: z.string().openapi({ description: 'How.', example: 'email_code' }),
    last_seen_at: time('to the hour'),
    expires_at: time('when it ends unless it is used'),
    user_agent: browser,
  })
  .openapi('ExportedSession', { description: 'A browser in which you are signed in; never what signs it in.' })

const exportedMembership = z
  .object({
    id: organizationId,
    name: z.string().openapi({ description: 'What people call it.', example: 'Acme' }),
    slug: z.string().nullable().openapi({ description: 'Null: your personal organization.', example: 'acme' }),
    personal: z.boolean().openapi({ description: 'Whether it is the one that every account has.', example: false }),
    role,
    since: time('when you joined'),
  })
  .openapi('ExportedMembership', { description: 'An organization that you are in.' })

const exportedGrant = grantBody
  .extend({ user_agent: browser })
  .openapi('ExportedGrant', { description: 'What you allowed to an app, from the ledger itself.' })

const exportedRequest = z
  .object({
    organization_id: organizationId,
    client_id: z.string().openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    reason: z.string().openapi({ description: 'What you wrote.', example: 'For our release notes.' }),
    state: z.string().openapi({ description: 'What became of it.', example: 'open' }),
    note: z.string().nullable().openapi({ description: 'What the administrator wrote.', example: null }),
    created_at: time('when you asked'),
    decided_at: maybe('when it was decided'),
  })
  .openapi('ExportedAccessRequest', { description: 'An app that you asked an administrator for.' })

const exportedInvitation = z
  .object({
    organization_id: organizationId,
    email: z.string().openapi({ description: 'To whom.', example: 'ada@example.com' }),
    role: z.string().openapi({ description: 'As what.', example: 'developer' }),
    created_at: time('when it was sent'),
    expires_at: time('until when it can be accepted'),
    accepted_at: maybe('when it was accepted'),
    withdrawn_at: maybe('when it was withdrawn'),
  })
  .openapi('ExportedInvitation', { description: 'An invitation; its link is in the mail alone.' })

const exportedEvent = auditEventBody.omit({ address: true }).openapi('ExportedEvent', {
  description: 'One thing that you did, or that concerned you.',
})

export const accountExport = z
  .object({
    exported_at: time('when this was written'),
    account: z
      .object({
        id: z.string().openapi({ description: 'The `sub` of tokens.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
        email: z.string().openapi({ description: 'The address.', example: 'ada@example.com' }),
        created_at: time('when it began'),
      })
      .openapi('ExportedAccount', { description: 'The account itself.' }),
    sessions: z.array(exportedSession).openapi({ description: 'The newest first.' }),
    organizations: z.array(exportedMembership).openapi({ description: 'The personal one first.' }),
    grants: z.array(exportedGrant).openapi({ description: 'Connected apps, the newest first.' }),
    access_requests: z.array(exportedRequest).openapi({ description: 'The newest first.' }),
    invitations: z
      .object({
        received: z.array(exportedInvitation).openapi({ description: 'To your address.' }),
        sent: z.array(exportedInvitation).openapi({ description: 'By you.' }),
      })
      .openapi('ExportedInvitations', { description: 'As far as they are kept: 30 days beyond their end.' }),
    audit_events: z.array(exportedEvent).openapi({ description: 'The newest ten thousand, the newest first.' }),
  })
  .openapi('AccountExport', { description: 'Everything that is stored about a person; no secret, and no hash of one.' })
export type AccountExport = z.input<typeof accountExport>
