import type { App } from '../../apps/app.ts'
import type { Scope } from '../../catalog/catalog.ts'
import { listScopes } from '../../catalog/catalog-store.ts'
import { ApiError, type FieldError } from '../../errors.ts'
import { type Circumstances, effectiveAccess } from '../../grants/effective-access.ts'
import { findConsentContexts } from '../../ledger/consent-context-store.ts'
import type { GrantSummary } from '../../ledger/grants-of-person.ts'
import { callLedger } from '../../ledger/ledger-stub.ts'
import { currentTime, type EpochSeconds } from '../../lib/clock.ts'
import type { ActionContext } from '../kit/action-context.ts'
import { invalidFields, pointer } from '../kit/field-errors.ts'

/** A person's own grant with the app that has it. */
export interface OwnGrant {
  grant: GrantSummary
  app: App
  /** What of the grant holds today, after every organization and the app itself were asked. */
  inEffect: Kept
}

/** Read from the ledger: the projections decide nothing. An app that was deleted has no grant any more. */
export async function listGrants({ env, config, caller }: ActionContext): Promise<OwnGrant[]> {
  const grants = await callLedger(env, caller.accountId, async (ledger) => ledger.listGrants())
  const now = currentTime()
  const clientIds = [...new Set(grants.map(({ clientId }) => clientId))]
  const contexts = await findConsentContexts(env.DB, config, clientIds, caller.accountId)
  return grants.flatMap((grant) => {
    const context = contexts.get(grant.clientId)
    if (!context || context.app.deletedAt !== null) return []
    return [{ grant, app: context.app, inEffect: inEffectOf(grant, context.circumstances, now) }]
  })
}

function inEffectOf(grant: GrantSummary, circumstances: Circumstances, now: EpochSeconds): Kept {
  const effective = effectiveAccess(grant, circumstances, now)
  return effective.ok ? effective : { scopes: [], organizations: [] }
}

export async function getGrant(context: ActionContext, grantId: string): Promise<OwnGrant> {
  const own = (await listGrants(context)).find(({ grant }) => grant.id === grantId)
  if (!own) throw new ApiError('not-found')
  return own
}

export async function revokeGrant({ env, caller }: ActionContext, grantId: string): Promise<void> {
  const { accountId } = caller
  const ended = await callLedger(env, accountId, async (ledger) => ledger.revokeGrant(grantId, accountId))
  if (!ended) throw new ApiError('not-found')
}

export async function disconnectApp({ env, caller }: ActionContext, clientId: string): Promise<void> {
  const { accountId } = caller
  await callLedger(env, accountId, async (ledger) => ledger.revokeApp(clientId, accountId))
}

/** What is kept of a grant. */
export interface Kept {
  scopes: readonly string[]
  organizations: readonly string[]
}

export async function narrowGrant(context: ActionContext, grantId: string, kept: Partial<Kept>): Promise<OwnGrant> {
  const { env, config, caller } = context
  const own = await getGrant(context, grantId)
  const { scopes = own.grant.scopes, organizations = own.grant.organizations } = kept
  const problems = findNarrowingProblems(own, { scopes, organizations }, await listScopes(env.DB, config.issuer))
  if (problems.length > 0) throw invalidFields(problems)
  const narrowing = { grantId, scopes, organizations, actor: caller.accountId }
  const grant = await callLedger(env, caller.accountId, async (ledger) => ledger.narrowGrant(narrowing))
  if (!grant) throw new ApiError('not-found')
  return getGrant(context, grant.id)
}

function findNarrowingProblems({ grant, app }: OwnGrant, kept: Kept, catalogue: readonly Scope[]): FieldError[] {
  const missing = grant.scopes.filter((scope) => app.scopes.includes(scope) && !kept.scopes.includes(scope))
  const target = (name: string) => catalogue.find((scope) => scope.name === name)?.target
  const needsOrganization = kept.scopes.some((scope) => target(scope) === 'organization')
  return [
    ...notGranted('scopes', kept.scopes, grant.scopes),
    ...notGranted('organizations', kept.organizations, grant.organizations),
    ...missing.map((scope) => ({
      pointer: pointer('scopes'),
      detail: `The app cannot work without ${scope}: disconnect it instead.`,
    })),
    ...(kept.scopes.length === 0 ? [{ pointer: pointer('scopes'), detail: NOTHING_LEFT }] : []),
    ...(needsOrganization && kept.organizations.length === 0
      ? [{ pointer: pointer('organizations'), detail: 'Keep at least one organization, or disconnect the app.' }]
      : []),
  ]
}

const NOTHING_LEFT = 'Keep at least one permission, or disconnect the app.'

function notGranted(field: keyof Kept, kept: readonly string[], granted: readonly string[]): FieldError[] {
  return kept.flatMap((item, index) =>
    granted.includes(item) ? [] : [{ pointer: pointer(field, index), detail: 'The grant does not have this.' }],
  )
}
