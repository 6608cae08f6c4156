import { DurableObject } from 'cloudflare:workers'
import type { PresentedClient } from '../apps/authenticate-client.ts'
import { type Bindings, readConfig } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { currentTime } from '../lib/clock.ts'
import { StorageUnavailable } from '../lib/storage.ts'
import { type Authorized, authorize } from './authorize.ts'
import {
  type AuthorizeCommand,
  type Inspection,
  isLedgerErrorCode,
  type LedgerOutcome,
  type RedeemCommand,
  type RefreshCommand,
  type TokenAnswer,
} from './commands.ts'
import { type CutOff, cutOff } from './cut-off.ts'
import { type EndedGrants, endAccount, endGrants } from './end-grants.ts'
import {
  type GrantSummary,
  listGrants,
  type Narrowing,
  narrowGrant,
  revokeApp,
  revokeGrant,
} from './grants-of-person.ts'
import { inspectAccessToken, inspectRefreshToken, type RefreshTokenQuestion } from './inspect.ts'
import { Ledger, RefusedByAuthority, retryWhenChanged } from './ledger.ts'
import { deliverOutbox } from './outbox.ts'
import { KeyedQueue } from './queue.ts'
import { redeem } from './redeem.ts'
import { refresh } from './refresh.ts'
import { type AccessTokenToRevoke, type RevocationOutcome, revokeAccessToken, revokeRefreshToken } from './revoke.ts'
import { findSkippable, type SkippableConsent, type SkipQuestion } from './skip-consent.ts'

/** One per account: the one writer of its grants, and the one source of truth for "is this grant alive". */
export class GrantLedger extends DurableObject<Bindings> {
  private readonly queue = new KeyedQueue()
  private ledger!: Ledger

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    void ctx.blockConcurrencyWhile(async () => {
      const armedAtMs = await ctx.storage.getAlarm()
      this.ledger = new Ledger(ctx.storage, env, readConfig(env), armedAtMs)
      if (armedAtMs === null) this.ledger.armNext()
    })
  }

  authorize(command: AuthorizeCommand): Promise<LedgerOutcome<Authorized | undefined>> {
    return settle(() => authorize(this.ledger, command))
  }

  redeem(command: RedeemCommand): Promise<LedgerOutcome<TokenAnswer>> {
    return this.unitOfWork(command.grantId, () => redeem(this.ledger, command))
  }

  refresh(command: RefreshCommand): Promise<LedgerOutcome<TokenAnswer>> {
    return this.unitOfWork(command.grantId, () => refresh(this.ledger, command))
  }

  /** Does not queue: no exchange or refresh in flight can undo it. */
  revokeRefreshToken(grantId: string, refreshHash: string, client: PresentedClient): RevocationOutcome {
    const question = { grantId, refreshHash, clientId: client.clientId }
    return revokeRefreshToken(this.ledger, question, client, currentTime())
  }

  revokeAccessToken(token: AccessTokenToRevoke, client: PresentedClient): RevocationOutcome {
    return revokeAccessToken(this.ledger, token, client)
  }

  inspectAccessToken(grantId: string, tokenId: string): Inspection {
    return inspectAccessToken(this.ledger, grantId, tokenId, currentTime())
  }

  inspectRefreshToken(question: RefreshTokenQuestion): Inspection {
    return inspectRefreshToken(this.ledger, question, currentTime())
  }

  /** A living grant that already allows all of this without asking again, if there is one. */
  findSkippable(question: SkipQuestion): SkippableConsent | null {
    return findSkippable(this.ledger, question, currentTime())
  }

  /** What the person gave and has not taken back. */
  listGrants(): GrantSummary[] {
    return listGrants(this.ledger, currentTime())
  }

  revokeGrant(grantId: string, actor: string): boolean {
    return revokeGrant(this.ledger, grantId, actor, currentTime())
  }

  revokeApp(clientId: string, actor: string): number {
    return revokeApp(this.ledger, clientId, actor, currentTime())
  }

  /** Null: there is no such living grant. */
  narrowGrant(narrowing: Narrowing): GrantSummary | null {
    return narrowGrant(this.ledger, narrowing, currentTime()) ?? null
  }

  /** An organization refuses an app: its grants name that organization no more. */
  cutOff(cut: CutOff): void {
    cutOff(this.ledger, cut, currentTime())
  }

  /** Their app is gone. */
  endGrants(ended: EndedGrants): void {
    endGrants(this.ledger, ended, currentTime())
  }

  /** The account was erased. True: everything that follows was delivered. */
  endAccount(actor: string | null): boolean {
    return endAccount(this.ledger, actor, currentTime())
  }

  /** Never throws: an alarm that throws is dropped after six tries, and the outbox with it. */
  override async alarm(): Promise<void> {
    const { ledger } = this
    ledger.alarm.forget()
    if (!ledger.exists) return
    try {
      ledger.expire(currentTime())
      await deliverOutbox({ ...ledger, accountId: ledger.account.id }, currentTime())
    } catch (error) {
      console.error(`the outbox waits: ${error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'}`)
      ledger.commit(() => ledger.outbox.countFailure())
    }
    ledger.armNext()
    await ledger.deleteIfEmpty()
  }

  private unitOfWork<T>(grantId: string, work: () => Promise<T>): Promise<LedgerOutcome<T>> {
    return settle(() => this.queue.run(grantId, () => retryWhenChanged(work)))
  }
}

/** Refusals and failing stores become values; anything else is a defect and stays an exception. */
async function settle<T>(work: () => Promise<T>): Promise<LedgerOutcome<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    if (error instanceof StorageUnavailable) return { ok: false, unavailable: true }
    if (!(error instanceof ProtocolError) || !isLedgerErrorCode(error.code)) throw error
    const { detail, scopes } = error.options
    const part = error instanceof RefusedByAuthority ? { part: error.part } : {}
    const refusal = {
      code: error.code,
      reason: error.reason,
      ...part,
      ...(detail && { detail }),
      ...(scopes && { scopes }),
    }
    return { ok: false, unavailable: false, ...refusal }
  }
}
