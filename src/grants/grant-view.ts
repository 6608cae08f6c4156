import { endsAt, type Grant } from './grant.ts'

/** What a list shows of a grant; no hash, no secret. Fits KV's 1,024 bytes of metadata. */
export interface GrantView {
  client_id: string
  scopes: readonly string[]
  organizations: readonly string[]
  created_at: number
  last_used_at: number
  version: number
}

const MAX_METADATA_BYTES = 1024

export function grantView(grant: Grant): GrantView {
  return {
    client_id: grant.clientId,
    scopes: grant.scopes,
    organizations: grant.organizations,
    created_at: grant.createdAt,
    last_used_at: grant.lastUsedAt,
    version: grant.version,
  }
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
