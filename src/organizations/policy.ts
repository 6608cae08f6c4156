import type { AppDecision } from './decision.ts'

export const APP_POLICIES = ['open', 'verified', 'approved'] as const

/** Which apps members may connect to an organization, where nobody decided about one. */
export interface AppPolicy {
  policy: (typeof APP_POLICIES)[number]
  /** The scopes that apps without an approval stop at; null: none. */
  scopeCeiling: readonly string[] | null
}

/** What one app stops at: its approval's ceiling in place of the organization's own. Null: nothing. */
export function ceilingOf({ scopeCeiling }: AppPolicy, decision: AppDecision | undefined): readonly string[] | null {
  return decision ? decision.scopeCeiling : scopeCeiling
}

/** Scopes that one ceiling lets through and the other does not. */
export function lostScopes(
  scopes: readonly string[],
  before: readonly string[] | null,
  after: readonly string[] | null,
): string[] {
  if (after === null) return []
  return scopes.filter((scope) => (before?.includes(scope) ?? true) && !after.includes(scope))
}
