import { z } from '@hono/zod-openapi'
import { INVENTORY_SORTS, INVENTORY_STATES } from '../../../organizations/inventory.ts'
import { listOf, pageQuery } from '../../kit/pagination.ts'

const DEFAULT_LIMIT = 20

const filter = {
  sort: z.enum(INVENTORY_SORTS).default('-people').openapi({
    description: 'By name, by people or by last use; `-` is descending.',
    example: '-people',
  }),
  q: z.string().trim().max(100).optional().openapi({
    description: "Part of the name or of the publisher's domain, in small or capital letters.",
    example: 'notes',
  }),
  state: z.enum(INVENTORY_STATES).optional().openapi({ description: 'What was decided.', example: 'undecided' }),
  verified: z.enum(['true', 'false']).optional().openapi({
    description: 'Whether the publisher is verified.',
    example: 'false',
  }),
}
export const inventoryFilter = z.object(filter)
export type InventoryFilter = z.output<typeof inventoryFilter>
export const inventoryQuery = z.object({
  ...filter,
  ...pageQuery,
  limit: pageQuery.limit.default(DEFAULT_LIMIT),
})

const scopes = z
  .array(
    z.object({
      name: z.string().openapi({ description: 'The scope.', example: 'projects:read' }),
      in_effect: z.boolean().openapi({
        description: 'Whether decision, policy and registration let it through today.',
        example: true,
      }),
      use: z.enum(['used', 'unused', 'unreported']).openapi({
        description: 'In the last 90 days; `unreported`: its API tells us nothing.',
        example: 'unused',
      }),
      last_used_at: z
        .int()
        .nullable()
        .openapi({ description: 'Epoch seconds, as reported; null: never.', example: null }),
    }),
  )
  .openapi({ description: 'What people consented to in living grants, what of that holds here, and what it uses.' })

export const inventoryItemBody = z
  .object({
    client_id: z.string().openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    client_name: z.string().openapi({ description: 'Its name today.', example: 'Release notes' }),
    publisher_domain: z.string().nullable().openapi({ description: 'Null: not verified.', example: 'example.com' }),
    first_party: z.boolean().openapi({ description: 'Whether it is an app of this service itself.', example: false }),
    own: z.boolean().openapi({ description: 'Whether the organization registered it itself.', example: false }),
    state: z.enum(INVENTORY_STATES).openapi({
      description: 'What was decided; `ended`: an approval whose end has come keeps it out.',
      example: 'undecided',
    }),
    refused: z.boolean().openapi({ description: 'Whether decision or policy keep it out.', example: false }),
    suspended: z.boolean().openapi({ description: 'Whether the operators stopped it everywhere.', example: false }),
    people: z.int().openapi({ description: 'Who connected it here.', example: 9 }),
    grants: z.int().openapi({ description: 'Their living grants.', example: 12 }),
    scopes,
    waiting_scopes: z.array(z.string()).openapi({
      description: 'Registered after the app was approved within limits: not allowed until somebody decides anew.',
      example: [],
    }),
    first_granted_at: z
      .int()
      .nullable()
      .openapi({ description: 'Epoch seconds; null: nobody yet.', example: 1_790_000_000 }),
    last_used_at: z.int().nullable().openapi({ description: 'Epoch seconds, to the hour.', example: 1_790_003_600 }),
  })
  .openapi('ReachingApp', { description: 'An app that reaches the organization, or that was decided on.' })
export const inventoryList = listOf(inventoryItemBody).openapi('ReachingAppList', {
  description: 'From a projection that is seconds old.',
})

export const grantsQuery = z.object(pageQuery)

export const reachingGrantBody = z
  .object({
    id: z.string().openapi({ description: 'Names the grant; it is not secret.', example: 'kZ3PqLmNoXyAbCd1' }),
    client_id: z.string().openapi({ description: 'The app.', example: 'app_7Hd0sZk3PqLmNoXyAbCd' }),
    client_name: z.string().openapi({ description: 'Its name today.', example: 'Release notes' }),
    account_id: z.string().openapi({ description: 'Who gave it.', example: 'acc_2b1Qv0aXcD8fGhJkLmNp' }),
    email: z.string().openapi({ description: 'Their address.', example: 'ada@example.com' }),
    scopes: z.array(z.string()).openapi({ description: 'What the person consented to.', example: ['projects:read'] }),
    scopes_in_effect: z.array(z.string()).openapi({
      description: 'What of that holds in this organization today, by decision, policy and registration.',
      example: ['projects:read'],
    }),
    device: z.string().openapi({ description: 'The browser in which it was given.', example: 'Firefox on Linux' }),
    created_at: z.int().openapi({ description: 'Epoch seconds.', example: 1_790_000_000 }),
    last_used_at: z.int().openapi({ description: 'Epoch seconds, to the hour.', example: 1_790_003_600 }),
  })
  .openapi('ReachingGrant', { description: 'A living grant that names the organization.' })
export const reachingGrantList = listOf(reachingGrantBody).openapi('ReachingGrantList', {
  description: 'The most recently used first.',
})
