import { forgetPersonStatements } from '../accounts/erase-account-store.ts'
import { deleteAppsOfStatements } from '../apps/end-apps-store.ts'
import { forgetWherePersonWas } from '../audit/audit-store.ts'
import { listAccountScopes } from '../catalog/catalog-store.ts'
import type { Bindings } from '../env.ts'
import { currentTime } from '../lib/clock.ts'
import { batch } from '../lib/d1.ts'
import { forgetOrganization } from '../organizations/close-organization-store.ts'
import { advanceJob, type CutOffJob, finishJob } from '../revocation/cut-off-jobs-store.ts'
import { type EndingGrant, listNextEndingGrants } from '../revocation/ending-jobs-store.ts'
import { endStatusesOfAccountStatement } from '../revocation/token-statuses-store.ts'
import { forgetWebhooks } from '../webhooks/forget-webhooks-store.ts'
import { deleteIndexOfAccountStatements } from './grant-index-store.ts'
import { callLedger } from './ledger-stub.ts'

/** Ledgers that are called at the same time. */
const AT_ONCE = 10

/**
 * The next step behind an organization that was closed, or an account that was erased: the account's own ledger, then
 * other people's, step by step, then what is left in tables. Each step may be repeated, and none relies on the
 * one before having been told: who dies in the middle goes on from the cursor.
 */
export async function takeEndingStep(env: Bindings, job: CutOffJob, limit: number): Promise<{ finished: boolean }> {
  const delivered = await endOwnGrants(env, job)
  const nextGrants = await listNextEndingGrants(env.DB, job, limit)
  const last = nextGrants.at(-1)
  if (last) {
    await tellLedgers(env, job, nextGrants)
    const advanced = await advanceJob(env.DB, job, { cursor: last.statusId, looked: nextGrants.length }, currentTime())
    return { finished: !advanced }
  }
  if (!delivered) return { finished: false }
  const more = await forgetWebhooks(env.DB, job.organizationId)
  if (more) return { finished: false }
  await forgetOrganization(env.DB, job.organizationId)
  // Also an app whose registration was on its way.
  await batch(env.DB, deleteAppsOfStatements(env.DB, job.organizationId, currentTime()))
  if (job.accountId !== null) await forgetAccount(env, job.accountId)
  await finishJob(env.DB, job.id, currentTime())
  return { finished: true }
}

/** Whether nothing more will come from there. */
async function endOwnGrants(env: Bindings, { accountId, requestedBy }: CutOffJob): Promise<boolean> {
  if (accountId === null) return true
  return callLedger(env, accountId, async (ledger) => ledger.endAccount(requestedBy))
}

async function tellLedgers(env: Bindings, job: CutOffJob, nextGrants: readonly EndingGrant[]): Promise<void> {
  const accountScopes = await listAccountScopes(env.DB)
  const byAccount = [...Map.groupBy(nextGrants, ({ accountId }) => accountId)]
  for (let i = 0; i < byAccount.length; i += AT_ONCE) {
    await Promise.all(
      byAccount
        .slice(i, i + AT_ONCE)
        .map(([accountId, grants]) => tellLedger(env, job, accountId, grants, accountScopes)),
    )
  }
}

async function tellLedger(
  env: Bindings,
  { organizationId, cause, requestedBy: actor }: CutOffJob,
  accountId: string,
  grants: readonly EndingGrant[],
  accountScopes: readonly string[],
): Promise<void> {
  const idsOf = (ends: boolean) => grants.filter((grant) => grant.ends === ends).map(({ grantId }) => grantId)
  const [ended, narrowed] = [idsOf(true), idsOf(false)]
  if (ended.length > 0) {
    const end = { grantIds: ended, reason: 'app_deleted' as const, actor }
    await callLedger(env, accountId, async (ledger) => ledger.endGrants(end))
  }
  if (narrowed.length > 0) {
    const cut = { organizationId, grantIds: narrowed, accountScopes, cause, actor }
    await callLedger(env, accountId, async (ledger) => ledger.cutOff(cut))
  }
}

/** Sessions and generations once more: of what was on its way when the account was erased. */
async function forgetAccount(env: Bindings, accountId: string): Promise<void> {
  const statements = [
    ...forgetPersonStatements(env.DB, { accountId, email: accountId }),
    ...deleteIndexOfAccountStatements(env.DB, accountId),
    endStatusesOfAccountStatement(env.DB, accountId, currentTime()),
  ]
  await batch(env.DB, statements)
  await forgetWherePersonWas(env.DB, accountId)
}
