import { z } from 'zod'
import { toSnakeKeys } from '../lib/case.ts'
import { endsAt, type Grant } from './grant.ts'

const viewBody = z.object({
  client_id: z.string(),
  scopes: z.array(z.string()),
  organizations: z.array(z.string()),
  created_at: z.number(),
  last_used_at: z.number(),
  version: z.number(),
})
/** What a list shows of a grant; no hash, no secret. Fits KV's 1,024 bytes of metadata. */
export type GrantView = z.output<typeof viewBody>

const MAX_METADATA_BYTES = 1024

export function grantView(grant: Grant): GrantView {
  return toSnakeKeys(viewBody, grant)
}

/** The metadata of the view's key: all of it, or what always fits when a grant names very much. */
export function grantMetadata(view: GrantView): GrantView | Omit<GrantView, 'scopes' | 'organizations'> {
  if (new TextEncoder().encode(JSON.stringify(view)).length <= MAX_METADATA_BYTES) return view
  const { scopes: _scopes, organizations: _organizations, ...rest } = view
  return rest
}

export function grantKeys(accountId: string, grant: Grant): string[] {
  return [`grant:${accountId}:${grant.id}`, ...grant.organizations.map((id) => orgGrantKey(id, accountId, grant))]
}

export function orgGrantKey(organizationId: string, accountId: string, grant: Grant): string {
  return `org-grant:${organizationId}:${grant.clientId}:${accountId}:${grant.id}`
}

/** KV forgets the view by itself when the grant has ended, should nobody else. */
export function viewExpiresAt(grant: Grant, now: number): number {
  return Math.max(endsAt(grant), now + 60)
}
