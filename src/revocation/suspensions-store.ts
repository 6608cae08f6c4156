import { z } from 'zod'
import type { AuditEventName } from '../audit/events.ts'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, conditions, statement } from '../lib/d1.ts'
import { normalizeAddressPart } from '../lib/email-address.ts'
import type { Ending } from './token-statuses-store.ts'

/** What operators can stop everywhere and let go on again. */
export const SUSPENDABLES = ['apps', 'organizations', 'accounts'] as const
export type Suspendable = (typeof SUSPENDABLES)[number]

interface Kind {
  id: string
  /** What people know it by, and what else is searched and shown. */
  name: string
  detail: string
  living: string
  suspended: AuditEventName
  resumed: AuditEventName
  ending: (id: string) => Ending
}

export const KINDS: Record<Suspendable, Kind> = {
  apps: {
    id: 'client_id',
    name: 'client_name',
    detail: `coalesce(publisher_domain, 'publisher not verified')`,
    living: 'deleted_at IS NULL',
    suspended: 'app.suspended',
    resumed: 'app.resumed',
    ending: (clientId) => ({ clientId }),
  },
  organizations: {
    id: 'id',
    name: 'name',
    detail: `coalesce(slug, 'personal')`,
    living: 'closed_at IS NULL',
    suspended: 'organization.suspended',
    resumed: 'organization.resumed',
    ending: (organizationId) => ({ organizationId }),
  },
  accounts: {
    id: 'id',
    name: 'email',
    detail: 'id',
    living: 'erased_at IS NULL',
    suspended: 'account.suspended',
    resumed: 'account.resumed',
    ending: (accountId) => ({ accountId }),
  },
}

export interface SuspendableItem {
  id: string
  name: string
  detail: string
  createdAt: EpochSeconds
  suspendedAt: EpochSeconds | null
}

const itemRow = camelKeys(
  z.object({
    id: z.string(),
    name: z.string(),
    detail: z.string(),
    created_at: z.number(),
    suspended_at: z.number().nullable(),
  }),
)

/** Where a page begins: after this one. */
export interface SuspendablePosition {
  createdAt: EpochSeconds
  id: string
}

/** The newest first. */
export async function listSuspendables(
  db: D1Database,
  kind: Suspendable,
  { search: typed, after, limit }: { search: string | null; after: SuspendablePosition | null; limit: number },
): Promise<SuspendableItem[]> {
  const { id, name, detail, living } = KINDS[kind]
  const search = typed && kind === 'accounts' ? normalizeAddressPart(typed) : typed
  const where = conditions(
    [living],
    search !== null && [
      `instr(lower(${name}), lower(?)) OR ${id} = ? OR instr(lower(${detail}), lower(?))`,
      search,
      typed,
      search,
    ],
    after && [`(created_at, ${id}) < (?, ?)`, after.createdAt, after.id],
  )
  return all(
    db,
    itemRow,
    `SELECT ${id} AS id, ${name} AS name, ${detail} AS detail, created_at, suspended_at FROM ${kind}
      WHERE ${where.sql} ORDER BY created_at DESC, ${id} DESC LIMIT ?`,
    [...where.values, limit],
  )
}

/** Changes nothing where it is suspended already. */
export function suspendStatement(
  db: D1Database,
  kind: Suspendable,
  id: string,
  now: EpochSeconds,
): D1PreparedStatement {
  const { id: column, living } = KINDS[kind]
  return statement(
    db,
    `UPDATE ${kind} SET suspended_at = ?2 WHERE ${column} = ?1 AND ${living} AND suspended_at IS NULL`,
    [id, now],
  )
}

/** Changes nothing where it is not suspended. Consents from before count on only if that is wanted. */
export function resumeStatement(
  db: D1Database,
  kind: Suspendable,
  id: string,
  { keepGrants }: { keepGrants: boolean },
): D1PreparedStatement {
  const { id: column, living } = KINDS[kind]
  const countFrom = keepGrants ? 'grants_count_from' : '(SELECT count FROM access_removals)'
  return statement(
    db,
    `UPDATE ${kind} SET suspended_at = NULL, grants_count_from = ${countFrom}
      WHERE ${column} = ?1 AND ${living} AND suspended_at IS NOT NULL`,
    [id],
  )
}
