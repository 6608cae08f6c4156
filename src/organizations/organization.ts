import type { EpochSeconds } from '../lib/clock.ts'

interface RoleRow {
  /** What the role is for, after its name in the description of the API. */
  words: string
  /** To whoever is invited as it. */
  invited: string
  /** What it may, beside seeing the organization and connecting apps. */
  may: readonly Permission[]
}

/** What may be allowed to a role. */
const PERMISSIONS = [
  'manage-apps',
  'manage-members',
  'manage-owners',
  'manage-organization',
  'close-organization',
  'decide-apps',
  'see-inventory',
  'read-audit',
  'manage-webhooks',
] as const
export type Permission = (typeof PERMISSIONS)[number]
const OF_OWNERS: readonly Permission[] = ['manage-owners', 'close-organization']

/** Every role, from the one that may most to the one that may least. */
export const ROLES = {
  owner: { words: 'everything', invited: 'do everything there, and make others owners', may: PERMISSIONS },
  admin: {
    words: 'everything but owners',
    invited: 'decide which apps may reach it, and manage its members',
    may: PERMISSIONS.filter((permission) => !OF_OWNERS.includes(permission)),
  },
  developer: { words: 'registers and changes apps', invited: 'register and change its apps', may: ['manage-apps'] },
  member: { words: 'connects them', invited: 'connect apps to it', may: [] },
} as const satisfies Record<string, RoleRow>
export type Role = keyof typeof ROLES
export const ROLE_NAMES = Object.keys(ROLES) as Role[]

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

export function may(role: Role, permission: Permission): boolean {
  const { may: allowed }: RoleRow = ROLES[role]
  return allowed.includes(permission)
}

export function rolesThatMay(permission: Permission): readonly Role[] {
  return ROLE_NAMES.filter((role) => may(role, permission))
}

/** In words, for whoever is refused. */
export function rolesFor(permission: Permission): string {
  const roles = [...rolesThatMay(permission)].reverse()
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
