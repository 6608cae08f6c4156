import { findLivingAccount } from '../../accounts/accounts-store.ts'
import { type AppInUse, listAppsInUse } from '../../apps/end-apps-store.ts'
import { ApiError } from '../../errors.ts'
import { callLedger } from '../../ledger/ledger-stub.ts'
import { currentTime } from '../../lib/clock.ts'
import {
  type KeptMembership,
  type LastOwned,
  listEveryMembership,
  listLastOwned,
} from '../../organizations/leaving-store.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { checkAct } from '../kit/acts.ts'
import { startJobs } from '../kit/cut-off.ts'
import { type Inheritance, writeErasure } from './erase.ts'

/** What follows when an account is erased, said before. */
export interface ErasureConsequences {
  accountId: string
  email: string
  /** Apps that are connected to it. */
  connectedApps: number
  /** The organizations that it leaves; the personal one is not among them. */
  leaves: readonly KeptMembership[]
  /** Those in the way: without it they would have no owner. */
  lastOwned: readonly LastOwned[]
  /** Of the personal organization, which ends with it. */
  apps: readonly AppInUse[]
}

export async function foreseeErasure(
  { env }: Pick<ActionContext, 'env'>,
  accountId: string,
): Promise<ErasureConsequences> {
  const account = await findLivingAccount(env.DB, accountId)
  if (!account) throw new ApiError('not-found', 'There is no such account, or it was erased.')
  const [grants, memberships, lastOwned] = await Promise.all([
    callLedger(env, accountId, async (ledger) => ledger.listGrants()),
    listEveryMembership(env.DB, accountId),
    listLastOwned(env.DB, accountId),
  ])
  const personal = memberships.find((membership) => membership.personal)
  return {
    accountId,
    email: account.email,
    connectedApps: new Set(grants.map(({ clientId }) => clientId)).size,
    leaves: memberships.filter((membership) => !membership.personal),
    lastOwned,
    apps: personal ? await listAppsInUse(env.DB, personal.organizationId) : [],
  }
}

/** A person ends their own account. Organizations that would be without an owner stand in the way. */
export async function deleteAccount(context: ActionContext, accountId: string): Promise<void> {
  const { caller } = context
  checkAct(caller, 'deleteAccount')
  if (accountId !== caller.accountId) throw new ApiError('not-found', 'There is no such account, or it is not yours.')
  await erase(context, accountId, [])
}

/** An operator ends somebody's account, and says what becomes of organizations that it is the last owner of. */
export async function eraseAccount(
  context: ActionContext,
  accountId: string,
  inheritances: readonly Inheritance[],
): Promise<void> {
  checkAct(context.caller, 'eraseAccount')
  if (accountId === context.caller.accountId) {
    throw new ApiError('conflict', 'Delete your own account on the page of your account.')
  }
  await erase(context, accountId, inheritances)
}

async function erase(context: ActionContext, accountId: string, inheritances: readonly Inheritance[]): Promise<void> {
  const { env, caller } = context
  const account = await findLivingAccount(env.DB, accountId)
  if (!account) throw new ApiError('not-found', 'There is no such account, or it was erased.')
  const lastOwned = await listLastOwned(env.DB, accountId)
  const relevant = inheritances.filter(({ organizationId }) =>
    lastOwned.some((owned) => owned.organizationId === organizationId),
  )
  const memberships = await listEveryMembership(env.DB, accountId)
  const erasure = { accountId, email: account.email, memberships, inheritances: relevant, actor: caller.accountId }
  const erased = await writeErasure(env.DB, erasure, currentTime())
  if (!erased) throw await lastOwnerOf(context, accountId)
  await startJobs(context)
}

/** Named, because somebody has to look after each of them. */
async function lastOwnerOf({ env }: ActionContext, accountId: string): Promise<ApiError> {
  const names = (await listLastOwned(env.DB, accountId)).map(
    ({ name, organizationId }) => `${name} (${organizationId})`,
  )
  return new ApiError(
    'conflict',
    `This account is the last owner of ${names.join(', ')}: make somebody else an owner, or close it, first.`,
  )
}
