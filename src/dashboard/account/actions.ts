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
import { checkAct } from '../kit/acts.ts'
import type { Asker } from '../kit/asker.ts'
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

export async function foreseeErasure({ env }: Pick<Asker, 'env'>, accountId: string): Promise<ErasureConsequences> {
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
export async function deleteAccount(asker: Asker, accountId: string): Promise<void> {
  const { caller } = asker
  checkAct(caller, 'deleteAccount')
  if (accountId !== caller.accountId) throw new ApiError('not-found', 'There is no such account, or it is not yours.')
  await erase(asker, accountId, [])
}

/** An operator ends somebody's account, and says what becomes of organizations that it is the last owner of. */
export async function eraseAccount(
  asker: Asker,
  accountId: string,
  inheritances: readonly Inheritance[],
): Promise<void> {
  checkAct(asker.caller, 'eraseAccount')
  if (accountId === asker.caller.accountId) {
    throw new ApiError('conflict', 'Delete your own account on the page of your account.')
  }
  await erase(asker, accountId, inheritances)
}

async function erase(asker: Asker, accountId: string, inheritances: readonly Inheritance[]): Promise<void> {
  const { env, caller } = asker
  const account = await findLivingAccount(env.DB, accountId)
  if (!account) throw new ApiError('not-found', 'There is no such account, or it was erased.')
  const lastOwned = await listLastOwned(env.DB, accountId)
  const relevant = inheritances.filter(({ organizationId }) =>
    lastOwned.some((owned) => owned.organizationId === organizationId),
  )
  const memberships = await listEveryMembership(env.DB, accountId)
  const erasure = { accountId, email: account.email, memberships, inheritances: relevant, actor: caller.accountId }
  const erased = await writeErasure(env.DB, erasure, currentTime())
  if (!erased) throw await lastOwnerOf(asker, accountId)
  await startJobs(asker)
}

/** Named, because somebody has to look after each of them. */
async function lastOwnerOf({ env }: Asker, accountId: string): Promise<ApiError> {
  const names = (await listLastOwned(env.DB, accountId)).map(
    ({ name, organizationId }) => `${name} (${organizationId})`,
  )
  return new ApiError(
    'conflict',
    `This account is the last owner of ${names.join(', ')}: make somebody else an owner, or close it, first.`,
  )
}
