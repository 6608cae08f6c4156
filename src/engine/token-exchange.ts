import { ProtocolError } from '../errors.ts'
import { clientRecord } from './client-record.ts'
import { type EngineSettings, runTokenRequest } from './engine.ts'
import { reasonOf } from './reasons.ts'
import { StoragePort } from './storage-port.ts'

export interface EngineClient {
  clientId: string
  redirectUris: readonly string[]
  grantTypes: readonly string[]
}

/** What a token request would change. Nothing is changed until the ledger commits it. */
export interface CollectedExchange {
  grantRecord: string
  /** As the engine spells it: `account:grant:secret`. */
  refreshToken: string | null
}

/**
 * Runs the engine over storage that collects its writes. Throws {@link ProtocolError} with the reason of the
 * check that failed; then nothing was collected and nothing is burnt.
 */
export async function collectExchange(
  settings: EngineSettings,
  client: EngineClient,
  engineRecord: string,
  form: Record<string, string>,
): Promise<CollectedExchange> {
  let grantRecord: string | undefined
  const port = new StoragePort({
    'client:': { get: () => clientRecord(client) },
    'grant:': {
      get: () => engineRecord,
      put: (_key, value) => {
        grantRecord = value
      },
    },
    // The access token is ours: it was signed before, where the keys are.
    'token:': { put: () => {} },
  })
  const answer = await runTokenRequest(settings, port, { ...form, client_id: client.clientId })
  if (!answer.ok) throw refusal(answer.error, reasonOf(answer.reason))
  if (!grantRecord) throw new Error('the engine answered without writing the grant')
  return { grantRecord, refreshToken: answer.refreshToken }
}

const ENGINE_CODES = ['invalid_request', 'invalid_scope', 'invalid_target', 'unauthorized_client'] as const

function refusal(error: string, reason: ReturnType<typeof reasonOf>): ProtocolError {
  const code = ENGINE_CODES.find((candidate) => candidate === error) ?? 'invalid_grant'
  return new ProtocolError(code, reason)
}
