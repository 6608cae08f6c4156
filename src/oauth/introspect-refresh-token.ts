import type { Context } from 'hono'
import type { PresentedClient } from '../apps/authenticate-client.ts'
import { readAuthority } from '../authority/authority-stub.ts'
import { nearestShard } from '../authority/nearest-shard.ts'
import type { AppEnv } from '../env.ts'
import { effectiveAccess } from '../grants/effective-access.ts'
import { callLedger } from '../ledger/ledger-stub.ts'
import { currentTime } from '../lib/clock.ts'
import { sha256 } from '../lib/encoding.ts'
import type { GrantCredential } from '../tokens/grant-credential.ts'
import { requireCaller } from './introspection-caller.ts'
import type { PresentedCredentials } from './presented-credentials.ts'

const INACTIVE = { active: false } as const

interface Question {
  token: string
  credential: GrantCredential
  caller: PresentedClient
  credentials: PresentedCredentials
}

/** Only the app that a refresh token was issued to is told anything about it. */
export async function introspectRefreshToken(c: Context<AppEnv>, { token, credential, caller, credentials }: Question) {
  const config = c.get('config')
  const { accountId, grantId } = credential
  const question = { grantId, refreshHash: await sha256(token), clientId: caller.clientId }
  const inspection = await callLedger(c.env, accountId, async (ledger) => ledger.inspectRefreshToken(question))
  const access = inspection.alive && {
    clientId: inspection.clientId,
    accountId,
    organizations: inspection.organizations,
    resource: inspection.resource,
  }
  const known = await readAuthority(c.env, nearestShard(config, c.req.raw, accountId), accountId, {
    caller,
    ...(access && { access }),
  })
  requireCaller(credentials, known.caller)
  if (!inspection.alive || !known.access) return INACTIVE
  const effective = effectiveAccess(inspection, known.access.circumstances, currentTime())
  if (!effective.ok) return INACTIVE
  return {
    active: true,
    iss: config.issuer,
    sub: accountId,
    aud: inspection.resource,
    client_id: inspection.clientId,
    scope: effective.scopes.join(' '),
    organizations: effective.organizations,
    grant_id: inspection.grantId,
    token_type: 'refresh_token',
    iat: inspection.createdAt,
    exp: inspection.endsAt,
  }
}
