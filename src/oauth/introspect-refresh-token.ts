import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { intersect } from '../grants/present.ts'
import { callLedger } from '../ledger/ledger-stub.ts'
import type { PresentContext } from '../ledger/present-store.ts'
import type { EpochSeconds } from '../lib/clock.ts'
import { sha256 } from '../lib/encoding.ts'
import type { Handle } from '../tokens/handle.ts'
import type { IntrospectionCaller } from './introspection-caller.ts'

const INACTIVE = { active: false } as const

/** Only the app that a refresh token was issued to is told anything about it. */
export async function inspectRefreshTokenOf(
  c: Context<AppEnv>,
  refreshToken: string,
  handle: Handle,
  caller: IntrospectionCaller,
  context: PresentContext | undefined,
  now: EpochSeconds,
) {
  if (caller.kind !== 'app' || !context?.account) return INACTIVE
  const question = {
    grantId: handle.grantId,
    refreshHash: await sha256(refreshToken),
    clientId: caller.clientId,
  }
  const inspection = await callLedger(c.env, handle.accountId, async (ledger) => ledger.inspectRefreshToken(question))
  if (!inspection.alive) return INACTIVE
  const left = intersect(inspection, context.present, now)
  if (!left.ok) return INACTIVE
  return {
    active: true,
    iss: c.get('config').issuer,
    sub: handle.accountId,
    aud: inspection.resource,
    client_id: inspection.clientId,
    scope: left.scopes.join(' '),
    organizations: left.organizations,
    grant_id: inspection.grantId,
    token_type: 'refresh_token',
    iat: inspection.createdAt,
    exp: inspection.endsAt,
  }
}
