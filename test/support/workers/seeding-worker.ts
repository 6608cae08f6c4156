import { type Bindings, readConfig } from '../../../src/env.ts'
import type { Grant } from '../../../src/grants/grant.ts'
import { findConsentContext } from '../../../src/ledger/consent-context-store.ts'
import { grantIndexStatements, statusSubject } from '../../../src/ledger/grant-index-store.ts'
import { GrantLedger as RealLedger } from '../../../src/ledger/grant-ledger-object.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { ledgerClient } from '../../../src/ledger/ledger-client.ts'
import { unwrap } from '../../../src/ledger/ledger-stub.ts'
import { redeemCommand } from '../../../src/ledger/token-command.ts'
import { currentTime } from '../../../src/lib/clock.ts'
import { sha256 } from '../../../src/lib/encoding.ts'
import { alignStatusStatements } from '../../../src/revocation/token-statuses-store.ts'
import { parseGrantCredential } from '../../../src/tokens/grant-credential.ts'
import type { Seeded, Seeding } from '../seeding.ts'

export { Authority, CutOffWorkflow, Limits, OneTime } from '../../../src/index.ts'

const CODE_VERIFIER = 'a-code-verifier-of-the-seeding-worker-that-is-long-enough'
const SCOPES = ['profile:read', 'projects:read']

/** The real ledger, which can also repeat a grant of its own under other ids; KV lists only the first. */
export class GrantLedger extends RealLedger {
  async repeatGrant(grantId: string, times: number): Promise<void> {
    const { ledger } = this as unknown as { ledger: Ledger }
    const grant = ledger.find(grantId)
    if (!grant) throw new Error('there is no such grant')
    const copies = Array.from(
      { length: times },
      (_, i): Grant => ({ ...grant, id: `${grantId.slice(0, 13)}${100 + i}` }),
    )
    ledger.commit(() => {
      for (const copy of copies) ledger.grants.insert(copy)
    })
    const accountId = ledger.account.id
    const { DB } = this.env
    await DB.batch(
      copies.flatMap((copy) => [
        ...grantIndexStatements(DB, accountId, copy),
        ...alignStatusStatements(DB, statusSubject(accountId, copy)),
      ]),
    )
  }
}

type SeedingBindings = Omit<Bindings, 'GRANT_LEDGER'> & { GRANT_LEDGER: DurableObjectNamespace<GrantLedger> }

export default {
  async fetch(request, env): Promise<Response> {
    if (request.method !== 'POST') return new Response('ready')
    const seeding = await request.json<Seeding>()
    return Response.json(await Promise.all(seeding.accountIds.map((id) => seedAccount(env, seeding, id))))
  },
} satisfies ExportedHandler<SeedingBindings>

/** The first grant as the consent page and the token endpoint ask for it; answers with its tokens. */
async function seedAccount(env: SeedingBindings, seeding: Seeding, accountId: string): Promise<Seeded> {
  const config = readConfig(env)
  const { issuer, keyShards } = config
  const ledger = env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId))
  const context = await findConsentContext(env.DB, readConfig(env), seeding.clientId, { accountId })
  if (!context) throw new Error('the app is missing')
  const { app, removals } = context
  const client = ledgerClient(app)
  const [redirectUri = ''] = app.redirectUris
  const codeChallenge = await sha256(CODE_VERIFIER)
  const authorized = unwrap(
    await ledger.authorize({
      accountId,
      client,
      shownApp: { clientName: app.clientName, publisherDomain: app.publisherDomain },
      resource: `${issuer}/demo/api`,
      scopes: SCOPES,
      organizations: [seeding.organizationId],
      consentedAfter: removals,
      redirectUri,
      codeChallenge,
      signedInAt: currentTime(),
      userAgent: '',
      shard: keyShards[0],
    }),
  )
  if (!authorized) throw new Error('access was taken away meanwhile')
  const { authorizationCode } = authorized
  const credential = await parseGrantCredential(config, 'authorizationCode', authorizationCode)
  if (!credential) throw new Error('the code is not one of ours')
  const origin = { address: '', userAgent: '' }
  const asked = { requestedScopes: undefined, requestedResource: undefined, origin }
  const request = { credential, client: null, clientId: app.clientId, ...asked }
  const presented = { authorizationCode, redirectUri, codeVerifier: CODE_VERIFIER }
  const tokens = unwrap(await ledger.redeem(await redeemCommand(request, presented)))
  await ledger.repeatGrant(credential.grantId, seeding.grantsEach - 1)
  return tokens
}
