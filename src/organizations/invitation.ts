import type { EpochSeconds } from '../lib/clock.ts'
import type { Role } from './organization.ts'

export const INVITATION_TTL_SECONDS = 7 * 86_400
/** Of one organization, at a time. */
export const MAX_OPEN_INVITATIONS = 50
/** Of one organization, and of one person over all of theirs: each is a mail to somebody who may not want it. */
export const MAX_INVITATIONS_PER_HOUR = 20

/** An open invitation is mailed again only then, and with a new link. */
export const MAILED_AGAIN_AFTER_SECONDS = 86_400

export interface Invitation {
  id: string
  organizationId: string
  organizationName: string
  organizationSlug: string | null
  /** Only the account with this address can accept. */
  email: string
  role: Role
  /** The account that invited, and its address. */
  invitedBy: string
  inviterEmail: string
  createdAt: EpochSeconds
  expiresAt: EpochSeconds
  /**
   * Not accepted, withdrawn, replaced or expired; the organization is not suspended, and whoever invited could still
   * do so today.
   */
  living: boolean
}
