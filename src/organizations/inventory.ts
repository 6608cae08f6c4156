import type { EpochSeconds } from '../lib/clock.ts'

/** A scope counts as used when an API reported a use of it within this time. */
export const USED_WITHIN_SECONDS = 90 * 86_400

/** `-` is descending. */
export const INVENTORY_SORTS = ['name', '-name', 'people', '-people', 'last_used', '-last_used'] as const
export type InventorySort = (typeof INVENTORY_SORTS)[number]

export const INVENTORY_STATES = ['approved', 'ended', 'blocked', 'undecided'] as const
export type InventoryState = (typeof INVENTORY_STATES)[number]

/** One app that reaches an organization, or that was decided on. From a projection: seconds old. */
export interface InventoryItem {
  clientId: string
  clientName: string
  logoHash: string | null
  publisherDomain: string | null
  firstParty: boolean
  /** Whether it is the organization's own. */
  own: boolean
  suspended: boolean
  state: InventoryState
  /** Whether policy and decision keep it out. */
  refused: boolean
  grants: number
  people: number
  scopes: readonly ScopeUse[]
  /** Registered after it was approved within limits: these wait for a decision. */
  waitingScopes: readonly string[]
  firstGrantedAt: EpochSeconds | null
  lastUsedAt: EpochSeconds | null
}

/** A scope that living grants of an app have. */
export interface ScopeUse {
  name: string
  /** Whether it holds today: people consented, and decision, policy and registration let it through. */
  inEffect: boolean
  /** Null: not used, as far as anybody reported. */
  lastUsedAt: EpochSeconds | null
  /** `unreported`: its API tells us nothing. */
  use: 'used' | 'unused' | 'unreported'
}

export interface InventoryQuery {
  sort: InventorySort
  /** In the name, or in the publisher's domain. */
  search: string | null
  state: InventoryState | null
  verified: boolean | null
  after: InventoryPosition | null
  limit: number
}

/** Where a page begins: after this app, by what the list is sorted by. */
export interface InventoryPosition {
  key: string | number
  clientId: string
}

export function positionOf(item: InventoryItem, sort: InventorySort): InventoryPosition {
  const keys = { name: item.clientName, people: item.people, last_used: item.lastUsedAt ?? 0 }
  return { key: keys[sort.replace('-', '') as keyof typeof keys], clientId: item.clientId }
}

/** What the catalogue says of scopes, and which APIs report that they are used. */
export interface CatalogueFacts {
  accountScopes: ReadonlySet<string>
  reported: ReadonlySet<string>
}

export function scopeUses(
  granted: readonly string[],
  { uses, inEffect }: { uses: Readonly<Record<string, EpochSeconds>>; inEffect: readonly string[] },
  reported: ReadonlySet<string>,
  now: EpochSeconds,
): ScopeUse[] {
  return granted.map((name) => {
    const lastUsedAt = uses[name] ?? null
    const known = { name, lastUsedAt, inEffect: inEffect.includes(name) }
    if (lastUsedAt !== null && lastUsedAt > now - USED_WITHIN_SECONDS) return { ...known, use: 'used' }
    return { ...known, use: reported.has(name) ? 'unused' : 'unreported' }
  })
}
