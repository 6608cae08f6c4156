import type { App } from '../apps/app.ts'
import type { Scope } from '../catalog/catalog.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import type { AppDecision } from '../organizations/decision.ts'
import { invalidFields, pointer } from './field-errors.ts'

const DAY_SECONDS = 86_400

/** What an organization can limit: scopes of organizations that the app is registered for. */
export function limitableScopes(app: App | undefined, catalogue: readonly Scope[]): Scope[] {
  const registered = new Set([...(app?.scopes ?? []), ...(app?.optionalScopes ?? [])])
  return catalogue.filter(({ name, target }) => target === 'organization' && registered.has(name))
}

/** As `ApprovalFields` sends them. Everything is no ceiling: scopes that the app registers later are then allowed too. */
export function readLimits(fields: URLSearchParams, scopes: readonly Scope[]) {
  const chosen = fields.getAll('scope')
  return {
    scope_ceiling: scopes.every(({ name }) => chosen.includes(name)) ? null : chosen,
    expires_at: endOfDay(fields.get('expires_on') ?? ''),
  }
}

/** What the form begins with, so that changing something else keeps it; an end that is over is nobody's choice any more. */
export function comingEnd(decision: AppDecision | undefined, now: EpochSeconds): EpochSeconds | null {
  const end = decision?.decision === 'approved' ? decision.expiresAt : null
  return end !== null && end > now ? end : null
}

/** Of what an `input type=date` sends: the last second of that day, UTC. */
function endOfDay(date: string): number | null {
  if (date === '') return null
  const start = Date.parse(`${date}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(start)) {
    throw invalidFields([{ pointer: pointer('expires_at'), detail: 'Write the day as 2027-01-31.' }])
  }
  return start / 1000 + DAY_SECONDS - 1
}
