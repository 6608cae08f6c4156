import { z } from 'zod'
import type { CamelKeys } from '../lib/case.ts'
import { flagColumn } from '../lib/flag-column.ts'
import { jsonColumn } from '../lib/json-column.ts'
import { appRefusal } from '../revocation/app-refusal-store.ts'
import type { AppRule } from './in-effect.ts'

/** The columns of {@link appRuleRow}, over the aliases `organization`, `app` and `decision`; ?1 is now. */
export const APP_RULE = `
  (${appRefusal()}) IS NOT NULL AS refused, app.scopes AS required_scopes, app.optional_scopes,
  iif(decision.decision = 'approved', decision.scope_ceiling, organization.scope_ceiling) AS ceiling`

const names = jsonColumn(z.array(z.string()))

export const appRuleRow = z.object({
  refused: flagColumn,
  required_scopes: names,
  optional_scopes: names,
  ceiling: names.nullable(),
})

export function toAppRule(row: CamelKeys<z.output<typeof appRuleRow>>): AppRule {
  const { refused, requiredScopes, optionalScopes, ceiling } = row
  return { refused, registered: [...requiredScopes, ...optionalScopes], ceiling }
}
