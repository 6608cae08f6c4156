import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import engineManifest from '../../node_modules/@cloudflare/workers-oauth-provider/package.json'
import { collectAuthorization } from '../../src/engine/authorization.ts'
import { beginTransaction, takeTransaction } from '../../src/engine/consent-transaction.ts'
import { withoutPreviousToken, withTokenKept } from '../../src/engine/grant-record.ts'
import { StoragePort } from '../../src/engine/storage-port.ts'
import { collectExchange } from '../../src/engine/token-exchange.ts'
import { sha256 } from '../../src/lib/encoding.ts'

// What version 1.2.3 of the engine does to its storage, call by call. An upgrade that changes a line of this must
// first be understood: the ledger commits exactly these writes.

const CLIENT = {
  clientId: 'app_contract',
  redirectUris: ['https://app.example/cb'],
  grantTypes: ['authorization_code', 'refresh_token'],
}
const SETTINGS = {
  issuer: 'https://auth.example',
  resource: 'https://api.example',
  accessTokenTtlSeconds: 600,
  refreshTokenIdleTtlSeconds: 86_400,
}
const VERIFIER = 'v'.repeat(43)
const [REDIRECT_URI = ''] = CLIENT.redirectUris

const EXCHANGE = [
  'get client:* type',
  'get grant:*:* type',
  'put grant:*:* expiration metadata',
  'put token:*:*:* expirationTtl',
]

let calls: string[]
beforeEach(() => {
  calls = []
  for (const method of ['get', 'put', 'delete', 'list'] as const) recordCalls(method)
})
afterEach(() => vi.restoreAllMocks())

/** Watches the real port: the method, the shape of the key, and the names of the options. */
function recordCalls(method: 'get' | 'put' | 'delete' | 'list'): void {
  const original = StoragePort.prototype[method] as (...args: unknown[]) => Promise<never>
  vi.spyOn(StoragePort.prototype, method).mockImplementation(function (this: StoragePort, ...args: unknown[]) {
    const [key = '', ...rest] = args
    const options = rest.find((arg) => typeof arg === 'object')
    const shape = String(key).replace(/:[^:]*/g, ':*')
    calls.push([method, shape, ...Object.keys(options ?? {}).sort()].join(' '))
    return original.apply(this, args)
  })
}

async function authorize() {
  return collectAuthorization(SETTINGS, CLIENT, {
    accountId: 'acc_contract',
    redirectUri: REDIRECT_URI,
    codeChallenge: await sha256(VERIFIER),
    scopes: ['projects:read'],
  })
}

function exchange(authorized: Awaited<ReturnType<typeof authorize>>, settings = SETTINGS) {
  return collectExchange(settings, CLIENT, authorized.grantRecord, {
    grant_type: 'authorization_code',
    code: authorized.authorizationCode,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    scope: 'projects:read',
  })
}

it('is the version that this contract was written for', () => {
  expect(engineManifest.version).toBe('1.2.3')
})

describe('the storage calls of the engine', () => {
  it('for an authorization', async () => {
    await authorize()
    expect(calls).toEqual(['get client:* type', 'put grant:*:* expirationTtl metadata'])
  })

  it('for a code exchange', async () => {
    const authorized = await authorize()
    calls = []
    await exchange(authorized)
    expect(calls).toEqual(EXCHANGE)
  })

  it('for a code exchange without a refresh token', async () => {
    const authorized = await authorize()
    calls = []
    const { refreshToken } = await exchange(authorized, { ...SETTINGS, refreshTokenIdleTtlSeconds: 0 })
    expect(refreshToken).toBeNull()
    expect(calls).toEqual(EXCHANGE)
  })

  it('for a refresh', async () => {
    const { grantRecord, refreshToken } = await exchange(await authorize())
    calls = []
    await collectExchange(SETTINGS, CLIENT, grantRecord, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken ?? '',
      scope: 'projects:read',
    })
    expect(calls).toEqual(EXCHANGE)
  })

  it('for a consent page and its answer', async () => {
    const store = transactionStore()
    const request = { responseType: 'code', clientId: CLIENT.clientId, redirectUri: REDIRECT_URI, scope: [], state: '' }
    const { handle, headers } = await beginTransaction(SETTINGS, store, request, { search: '?a=b' })
    expect(calls).toEqual(['put transaction:* expirationTtl'])
    calls = []
    const cookie = headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const posted = new Request('https://auth.example/authorize', { method: 'POST', headers: { Cookie: cookie } })
    expect(await takeTransaction(SETTINGS, store, posted, handle)).toMatchObject({ carried: { search: '?a=b' } })
    expect(calls).toEqual(['get transaction:*', 'delete transaction:*'])
  })
})

describe('the records of the engine', () => {
  it('hold no credential in clear, and the members that the ledger puts back', async () => {
    const authorized = await authorize()
    const first = await exchange(authorized)
    const second = await collectExchange(SETTINGS, CLIENT, first.grantRecord, {
      grant_type: 'refresh_token',
      refresh_token: first.refreshToken ?? '',
      scope: 'projects:read',
    })
    for (const record of [authorized.grantRecord, first.grantRecord, second.grantRecord]) {
      for (const credential of [authorized.authorizationCode, first.refreshToken, second.refreshToken]) {
        expect(record).not.toContain(credential?.split(':')[2])
      }
    }
    expect(Object.keys(JSON.parse(second.grantRecord))).toEqual(
      expect.arrayContaining([
        'refreshTokenId',
        'refreshTokenWrappedKey',
        'previousRefreshTokenId',
        'previousRefreshTokenWrappedKey',
      ]),
    )
    expect(withoutPreviousToken(second.grantRecord)).not.toContain('previousRefreshToken')
    expect(JSON.parse(withTokenKept(second.grantRecord, first.grantRecord)).refreshTokenId).toBe(
      JSON.parse(first.grantRecord).refreshTokenId,
    )
  })
})

/** As OneTime would keep it. */
function transactionStore() {
  const kept = new Map<string, string>()
  return {
    put: async (key: string, value: string) => void kept.set(key, value),
    peek: async (key: string) => kept.get(key) ?? null,
    take: async (key: string) => kept.delete(key),
  }
}
