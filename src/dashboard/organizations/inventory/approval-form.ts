import type { App } from '../../../apps/app.ts'
import type { Scope } from '../../../catalog/catalog.ts'
import type { EpochSeconds } from '../../../lib/clock.ts'
import { type AppDecision, isWaiting } from '../../../organizations/decision.ts'
import type { AppPolicy } from '../../../organizations/policy.ts'
import { invalidFields, pointer } from '../../kit/field-errors.ts'
import type { ApprovalChoice } from './approval-fields.tsx'

const DAY_SECONDS = 86_400

/** What an organization can limit: scopes of organizations that the app is registered for. */
export function limitableScopes(app: App | undefined, catalogue: readonly Scope[]): Scope[] {
  const registered = new Set([...(app?.scopes ?? []), ...(app?.optionalScopes ?? [])])
  return catalogue.filter(({ name, target }) => target === 'organization' && registered.has(name))
}

/** As `ApprovalFields` sends them: what was ticked of what was shown, unless no limit was chosen in so many words. */
export function readLimits(fields: URLSearchParams) {
  return {
    scope_ceiling: fields.get('limit') === 'none' ? null : fields.getAll('scope'),
    expires_at: endOfDay(fields.get('expires_on') ?? ''),
  }
}

/** What the page listed, which need not be all that the app has by now. */
export function readShown(fields: URLSearchParams): string[] {
  return fields.getAll('shown')
}

/** What the form of an approval begins with. */
export function toApprovalChoice(
  scopes: readonly Scope[],
  decision: AppDecision | undefined,
  policy: AppPolicy,
  now: EpochSeconds,
): ApprovalChoice {
  const former = decision?.decision === 'approved' ? decision : undefined
  const end = former?.expiresAt ?? null
  const waiting = former?.scopeCeiling ? scopes.filter(({ name }) => isWaiting(name, former)) : []
  return {
    scopes,
    unlimited: former?.scopeCeiling === null,
    ticked: former?.scopeCeiling ?? scopes.filter((scope) => isHarmless(scope, policy)).map(({ name }) => name),
    waiting: waiting.map(({ name }) => name),
    // An end that is over is nobody's choice any more.
    expiresAt: end !== null && end > now ? end : null,
  }
}

/** Sensitive scopes, and those above the organization's own ceiling, are given by hand. */
function isHarmless({ name, sensitive }: Scope, { scopeCeiling }: AppPolicy): boolean {
  return !sensitive && (scopeCeiling?.includes(name) ?? true)
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
