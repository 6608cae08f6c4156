import type { AuthorizationServer } from 'oauth4webapi'
import type { Exchange } from './exchange.ts'

/** One thing that the integration did, with what it sent and got. */
export interface Step {
  title: string
  explanation: string
  exchanges: Exchange[]
  /** Set when it failed: what happened, and what to do next. */
  problem?: string
}

/** What the integration keeps for one visitor. A real one keeps it in its database. */
export interface Visit {
  id: string
  server?: AuthorizationServer
  codeVerifier?: string
  state?: string
  accessToken?: string
  refreshToken?: string
  steps: Step[]
}

const MAX_VISITS = 100
const MAX_STEPS = 20

/**
 * In memory, because this is a demonstration on a laptop: it is one isolate, and whoever restarts it connects again.
 * Bounded, so that leaving it running harms nobody.
 */
const visits = new Map<string, Visit>()

export function findVisit(id: string | undefined): Visit | undefined {
  return id === undefined ? undefined : visits.get(id)
}

export function startVisit(id: string): Visit {
  const [oldest] = visits.keys()
  if (visits.size >= MAX_VISITS && oldest !== undefined) visits.delete(oldest)
  const visit: Visit = { id, steps: [] }
  visits.set(id, visit)
  return visit
}

export function addStep(visit: Visit, step: Omit<Step, 'exchanges'>): Step {
  const added = { ...step, exchanges: [] }
  visit.steps = [...visit.steps.slice(-MAX_STEPS + 1), added]
  return added
}
