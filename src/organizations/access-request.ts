import type { EpochSeconds } from '../lib/clock.ts'

export const REQUEST_STATES = ['open', 'approved', 'declined'] as const
export type RequestState = (typeof REQUEST_STATES)[number]

/** Of one person in one organization, at a time. */
export const MAX_OPEN_REQUESTS = 10
/** Who is mailed of a new one. */
export const MAX_ASKED = 20

/** A member asks that the organization let an app in. */
export interface AccessRequest {
  id: string
  organizationId: string
  clientId: string
  /** Who asks, and their address. */
  accountId: string
  email: string
  reason: string
  state: RequestState
  createdAt: EpochSeconds
  /** Of whoever decided, for whoever asked. */
  note: string | null
  decidedBy: string | null
  decidedAt: EpochSeconds | null
}
