import { auditIfChangedStatement } from '../audit/audit-store.ts'
import { type AuditEventName, newAuditEvent } from '../audit/events.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import { lookupTexts, type Resolver } from '../lib/dns.ts'
import { randomBase64Url } from '../lib/random.ts'
import { cutOffStatements } from '../revocation/cut-offs-store.ts'
import type { App } from './app.ts'
import { judge, type PublisherCheck } from './publisher.ts'
import {
  alignMarkStatement,
  claimCheck,
  findPublisherCheck,
  listDueChecks,
  settleCheckStatement,
  startCheck,
} from './publisher-store.ts'

const CODE_BYTES = 16
const LOOKUP_TIMEOUT_MS = 3000
/** Longer than a look-up can take; a check whose Worker died is made again after that. */
const CLAIM_SECONDS = 60
/** So many at once stay well within a Worker's subrequests. The rest is due again at the next run. */
const MAX_CHECKS_PER_RUN = 20

/** Asks for the record of this host, and looks at once; asked again, it only looks. */
export async function verifyPublisher(
  db: D1Database,
  resolver: Resolver,
  { app, host, actor }: { app: App; host: string; actor: string },
  now: EpochSeconds,
): Promise<PublisherCheck | undefined> {
  const { clientId, clientUri } = app
  await startCheck(db, { clientId, clientUri, domain: host, code: randomBase64Url(CODE_BYTES) }, now)
  const check = await findPublisherCheck(db, clientId)
  if (!check) return undefined
  await makeCheck(db, resolver, { check, actor }, now)
  return findPublisherCheck(db, clientId)
}

/** Those whose time has come. May run twice at once. */
export async function checkDuePublishers(db: D1Database, resolver: Resolver, now: EpochSeconds): Promise<void> {
  const due = await listDueChecks(db, now, MAX_CHECKS_PER_RUN)
  await Promise.all(due.map((check) => makeCheck(db, resolver, { check }, now)))
}

async function makeCheck(
  db: D1Database,
  resolver: Resolver,
  { check, actor }: { check: PublisherCheck; actor?: string },
  now: EpochSeconds,
): Promise<void> {
  const claimedUntil = now + CLAIM_SECONDS
  if (!(await claimCheck(db, check, claimedUntil))) return
  const texts = await lookupTexts(resolver, check.domain, AbortSignal.timeout(LOOKUP_TIMEOUT_MS))
  const judged = judge(check, texts, now)
  const audit = (event: AuditEventName) => {
    const { organizationId, clientId } = check
    const reason = judged.reason ?? undefined
    const told = { event, at: now, organizationId, clientId, ...(actor && { actor }), ...(reason && { reason }) }
    return auditIfChangedStatement(db, newAuditEvent(told))
  }
  await batch(db, [
    settleCheckStatement(db, judged, claimedUntil),
    ...(judged.state === 'failed' && check.state === 'pending' ? [audit('publisher.failed')] : []),
    alignMarkStatement(db, check.clientId),
    audit(judged.state === 'verified' ? 'publisher.verified' : 'publisher.lost'),
    // Organizations that ask for a verified publisher refuse the app from here on.
    ...cutOffStatements(db, { clientId: check.clientId, event: 'publisher.lost', actor: null }, now),
  ])
}
