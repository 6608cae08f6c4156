export const ROLES = ['owner', 'admin', 'developer', 'member'] as const
export type Role = (typeof ROLES)[number]

export interface Membership {
  organizationId: string
  name: string
  personal: boolean
  role: Role
}

/** Who may register, change and delete the apps of an organization. */
export function mayManageApps(role: Role): boolean {
  return role !== 'member'
}
