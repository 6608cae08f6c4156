import { z } from 'zod'
import { camelKeys } from '../lib/case.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { all, conditions, first, statement } from '../lib/d1.ts'
import { type AccessRequest, MAX_OPEN_REQUESTS, REQUEST_STATES, type RequestState } from './access-request.ts'
import type { AppDecision } from './decision.ts'

const REQUESTS = `
  SELECT access_requests.*, accounts.email
    FROM access_requests JOIN accounts ON accounts.id = access_requests.account_id`

const requestRow = camelKeys(
  z.object({
    id: z.string(),
    organization_id: z.string(),
    client_id: z.string(),
    account_id: z.string(),
    email: z.string(),
    reason: z.string(),
    state: z.enum(REQUEST_STATES),
    created_at: z.number(),
    note: z.string().nullable(),
    decided_by: z.string().nullable(),
    decided_at: z.number().nullable(),
  }),
)

/** Where a page of a list begins: after this request. */
export interface RequestPosition {
  createdAt: EpochSeconds
  id: string
}

interface RequestFilter {
  organizationId: string
  /** Null: of everybody. */
  accountId: string | null
  /** Null: whatever became of it. */
  state: RequestState | null
}

/** The newest first. */
export async function listAccessRequests(
  db: D1Database,
  { organizationId, accountId, state }: RequestFilter,
  { after, limit }: { after: RequestPosition | null; limit: number },
): Promise<AccessRequest[]> {
  const where = conditions(
    ['organization_id = ?', organizationId],
    accountId !== null && ['account_id = ?', accountId],
    state && ['state = ?', state],
    after && ['(access_requests.created_at, access_requests.id) < (?, ?)', after.createdAt, after.id],
  )
  return all(
    db,
    requestRow,
    `${REQUESTS} WHERE ${where.sql} ORDER BY access_requests.created_at DESC, access_requests.id DESC LIMIT ?`,
    [...where.values, limit],
  )
}

export async function findAccessRequest(
  db: D1Database,
  { organizationId, id }: Pick<AccessRequest, 'organizationId' | 'id'>,
): Promise<AccessRequest | undefined> {
  return first(db, requestRow, `${REQUESTS} WHERE access_requests.id = ? AND organization_id = ?`, [id, organizationId])
}

export async function findOpenRequest(
  db: D1Database,
  { organizationId, clientId, accountId }: Pick<AccessRequest, 'organizationId' | 'clientId' | 'accountId'>,
): Promise<AccessRequest | undefined> {
  return first(
    db,
    requestRow,
    `${REQUESTS} WHERE organization_id = ? AND client_id = ? AND account_id = ? AND state = 'open'`,
    [organizationId, clientId, accountId],
  )
}

type NewRequest = Pick<AccessRequest, 'id' | 'organizationId' | 'clientId' | 'accountId' | 'reason' | 'createdAt'>

/** What putting answers with. */
export const putRow = z.object({ id: z.string() })

/** One that is open gets the new reason; beyond the bound nothing is written. Answers with the id that it has. */
export function putRequestStatement(db: D1Database, request: NewRequest): D1PreparedStatement {
  return statement(
    db,
    `INSERT INTO access_requests (id, organization_id, client_id, account_id, reason, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6
      WHERE (SELECT count(*) FROM access_requests
              WHERE organization_id = ?2 AND account_id = ?4 AND client_id != ?3 AND state = 'open')
            < ${MAX_OPEN_REQUESTS}
     ON CONFLICT (organization_id, client_id, account_id) WHERE state = 'open' DO UPDATE SET reason = excluded.reason
     RETURNING id`,
    [request.id, request.organizationId, request.clientId, request.accountId, request.reason, request.createdAt],
  )
}

/** Changes nothing once it was decided on. */
export function declineRequestStatement(
  db: D1Database,
  id: string,
  { note, decidedBy, decidedAt }: Pick<AppDecision, 'note' | 'decidedBy' | 'decidedAt'>,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE access_requests SET state = 'declined', note = ?2, decided_by = ?3, decided_at = ?4
      WHERE id = ?1 AND state = 'open'`,
    [id, note, decidedBy, decidedAt],
  )
}

/** For the batch that decides on an app: whoever asked for it has the answer. */
export function closeRequestsStatement(
  db: D1Database,
  organizationId: string,
  { clientId, decision, note, decidedBy, decidedAt }: AppDecision,
): D1PreparedStatement {
  return statement(
    db,
    `UPDATE access_requests SET state = ?3, note = ?4, decided_by = ?5, decided_at = ?6
      WHERE organization_id = ?1 AND client_id = ?2 AND state = 'open'`,
    [organizationId, clientId, decision === 'approved' ? 'approved' : 'declined', note, decidedBy, decidedAt],
  )
}

const toldRow = z.object({ email: z.string(), state: z.enum(['approved', 'declined']), note: z.string().nullable() })
/** Somebody who is to be told what became of their request. */
export type Told = z.infer<typeof toldRow>

/** Each to exactly one caller, whichever way it was decided. */
export async function takeUntold(
  db: D1Database,
  { organizationId, clientId }: Pick<AccessRequest, 'organizationId' | 'clientId'>,
  now: EpochSeconds,
): Promise<Told[]> {
  return all(
    db,
    toldRow,
    `UPDATE access_requests SET told_at = ?3
      WHERE organization_id = ?1 AND client_id = ?2 AND state != 'open' AND told_at IS NULL
      RETURNING (SELECT email FROM accounts WHERE id = account_id) AS email, state, note`,
    [organizationId, clientId, now],
  )
}
