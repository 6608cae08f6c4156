import { z } from '@hono/zod-openapi'
import { nameSchema } from '../../apps/name.ts'
import { checkedText } from '../../lib/texts.ts'
import { DECISIONS } from '../../organizations/decision.ts'
import { findSlugProblem, ROLE_NAMES, ROLES } from '../../organizations/organization.ts'
import { changeOf } from '../kit/change-of.ts'
import { listOf } from '../kit/pagination.ts'

const MAX_NOTE_LENGTH = 500

const name = nameSchema().openapi({ description: 'What people call it: 1 to 80 visible characters.', example: 'Acme' })
const slug = checkedText(z.string(), findSlugProblem).openapi({
  description: 'Names it in addresses: 1 to 40 small letters, digits and hyphens, used by no other organization.',
  example: 'acme',
})
export const role = z.enum(ROLE_NAMES).openapi({
  description: `${ROLE_NAMES.map((name) => `\`${name}\` ${ROLES[name].words}`).join('; ')}.`,
  example: 'developer',
})

export const organizationBody = z
  .object({
    id: z.string().openapi({ description: 'Never used twice.', example: 'org_2b1Qv0aXcD8fGhJkLmNp' }),
    name,
    slug: z.string().nullable().openapi({ description: 'Null: a personal organization.', example: 'acme' }),
    personal: z.boolean().openapi({ description: 'Whether it is the one that every account has.', example: false }),
    role,
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
  })
  .openapi('Organization', { description: 'An organization, and the role that you have in it.' })
export const organizationList = listOf(organizationBody).openapi('OrganizationList', {
  description: 'The personal one first.',
})

export const newOrganization = z
  .strictObject({ name, slug })
  .openapi('NewOrganization', { description: 'You become its first owner.' })

export const organizationChange = changeOf({ name, slug }).openapi('OrganizationChange', {
  description: 'What is left out stays.',
})

export const memberBody = z
  .object({
    account_id: z.string().openapi({ description: 'The account.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
    email: z.string().openapi({ description: 'Its address.', example: 'ada@example.com' }),
    role,
    since: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
  })
  .openapi('Member', { description: 'A person in an organization.' })
export const memberList = listOf(memberBody).openapi('MemberList', { description: 'Longest there first.' })

export const roleChange = z.strictObject({ role }).openapi('RoleChange', { description: 'The new role of a member.' })

export const note = z
  .string()
  .trim()
  .max(MAX_NOTE_LENGTH)
  .nullable()
  .openapi({ description: 'Why; goes into the audit log.', example: 'Reviewed by security.' })

const decisionSettings = {
  decision: z.enum(DECISIONS).openapi({
    description: '`blocked` ends its access here at once, and consents from before give none again.',
    example: 'approved',
  }),
  scope_ceiling: z
    .array(z.string())
    .max(100)
    .nullable()
    .openapi({
      description:
        'Of an approval, which must name it: the scopes that the app may have here at most, also when it registers ' +
        'others later. `null` is no limit: whatever people grant, now and later.',
      example: ['projects:read'],
    }),
  expires_at: z
    .int()
    .nullable()
    .openapi({
      description:
        'Of an approval: when it ends, epoch seconds; `null`: when it is changed. An approval that has ended keeps the ' +
        'app out, whatever the policy, until somebody decides anew or withdraws it.',
      example: null,
    }),
  note,
}

export const decisionBody = z
  .object({
    client_id: z.string().openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    ...decisionSettings,
    decided_by: z.string().openapi({ description: 'The account that decided.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
    decided_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
  })
  .openapi('Decision', { description: 'What an administrator decided about one app.' })
export const decisionList = listOf(decisionBody).openapi('DecisionList', { description: 'The newest first.' })

interface Limited {
  decision: string
  scope_ceiling?: readonly string[] | null
  expires_at: number | null
}

/** An approval says what it allows, because no default would be what was meant; everything else has no limits. */
export function refuseLimits({ decision, scope_ceiling: ceiling, expires_at: end }: Limited, context: z.RefinementCtx) {
  const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  if (decision === 'approved') {
    if (ceiling === undefined)
      refuse('scope_ceiling', 'Name the scopes that the approval stops at, or null for no limit.')
    return
  }
  if (ceiling) refuse('scope_ceiling', 'Only an approval has a ceiling.')
  if (end !== null) refuse('expires_at', 'Only an approval has an end.')
}

export const approvalLimits = {
  scope_ceiling: decisionSettings.scope_ceiling.exactOptional(),
  expires_at: decisionSettings.expires_at.default(null),
}

export const newDecision = z
  .strictObject({
    decision: decisionSettings.decision,
    ...approvalLimits,
    note: decisionSettings.note.default(null),
  })
  .superRefine(refuseLimits)
  .openapi('NewDecision', { description: 'Replaces what was decided before.' })
