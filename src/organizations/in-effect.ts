/** What decides which of the granted scopes an app has in one organization today. */
export interface AppRule {
  refused: boolean
  /** What the app is registered for today. */
  registered: readonly string[]
  /** Of the approval, or else of the organization; null: no limit. */
  ceiling: readonly string[] | null
}

/**
 * Of what people consented to, what holds here now. An upper bound: a grant that names a second organization is held
 * by that one's ceiling too, and it is for its own administrators to see. Scopes of the account are no organization's.
 */
export function scopesInEffect(
  granted: readonly string[],
  { refused, registered, ceiling }: AppRule,
  accountScopes: ReadonlySet<string>,
): string[] {
  return granted.filter((scope) => {
    if (!registered.includes(scope)) return false
    return accountScopes.has(scope) || (!refused && (ceiling?.includes(scope) ?? true))
  })
}
