import type { EpochSeconds } from '../lib/clock.ts'

export const ROLES = ['owner', 'admin', 'developer', 'member'] as const
export type Role = (typeof ROLES)[number]

export interface Membership {
  organizationId: string
  name: string
  /** Null: without pages of its own. */
  slug: string | null
  personal: boolean
  role: Role
}

export interface Organization {
  id: string
  name: string
  /** In addresses; null for a personal organization, which has no pages of its own. */
  slug: string | null
  personal: boolean
  createdAt: EpochSeconds
}

export interface Member {
  accountId: string
  email: string
  role: Role
  since: EpochSeconds
}

/** Who may do what in an organization. */
const PERMISSIONS = {
  'manage-apps': ['owner', 'admin', 'developer'],
  'manage-members': ['owner', 'admin'],
  'manage-owners': ['owner'],
  'manage-organization': ['owner', 'admin'],
  'close-organization': ['owner'],
  'decide-apps': ['owner', 'admin'],
  'see-inventory': ['owner', 'admin'],
  'read-audit': ['owner', 'admin'],
  'manage-webhooks': ['owner', 'admin'],
} as const satisfies Record<string, readonly Role[]>
export type Permission = keyof typeof PERMISSIONS

export function may(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission]
  return roles.includes(role)
}

export function rolesThatMay(permission: Permission): readonly Role[] {
  return PERMISSIONS[permission]
}

/** In words, for whoever is refused. */
export function rolesFor(permission: Permission): string {
  const roles = [...PERMISSIONS[permission]].reverse()
  return roles.length === 1 ? `${roles[0]}` : `${roles.slice(0, -1).join(', ')} or ${roles.at(-1)}`
}

/** Who may register, change and delete the apps of an organization. */
export function mayManageApps(role: Role): boolean {
  return may(role, 'manage-apps')
}

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/
/** Would be read as a page of ours. */
const RESERVED_SLUGS = new Set(['new', 'invitations'])

export function findSlugProblem(slug: string): string | undefined {
  if (!SLUG.test(slug)) return 'A slug has 1 to 40 small letters, digits and hyphens, none at an end.'
  return RESERVED_SLUGS.has(slug) ? 'This slug is taken.' : undefined
}
