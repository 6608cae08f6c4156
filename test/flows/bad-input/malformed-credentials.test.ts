import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/env.ts'
import { randomBase64Url } from '../../../src/lib/random.ts'
import {
  formatGrantCredential,
  type GrantCredentialKind,
  parseGrantCredential,
} from '../../../src/tokens/grant-credential.ts'
import { exchangeWith, type Obtained, obtainCode, refreshWith } from '../../support/workers/connect.ts'
import { readToken } from '../../support/workers/forge.ts'
import { postBody } from '../../support/workers/refusal.ts'
import { basic, createWorld, introspectAsApi, PUBLIC_SETTINGS, type World } from '../../support/workers/world.ts'

const REFUSED = { status: 400, error: 'invalid_grant' }
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A public client, whose codes and tokens are presented in every broken shape. */
let world: World
let accessToken: string
let refreshToken: string
let unused: Obtained
beforeAll(async () => {
  world = await createWorld(PUBLIC_SETTINGS)
  const { browser, integration, app } = world
  const tokens = await exchangeWith(await obtainCode(browser, integration), app)
  accessToken = tokens.access_token ?? ''
  refreshToken = tokens.refresh_token ?? ''
  unused = await obtainCode(browser, integration)
})

function exchangeCode(code: string) {
  return exchangeWith({ ...unused, code }, world.app)
}

async function revokeStatus(token: string): Promise<number> {
  return (await postBody('/revoke', new URLSearchParams({ token, client_id: world.app.clientId }))).status
}

/** Each proper beginning of a credential, from one character on. */
function truncations(credential: string, step = 1): string[] {
  return Array.from({ length: Math.ceil((credential.length - 1) / step) }, (_, i) => credential.slice(0, 1 + i * step))
}

/** The credential with one character changed, at every position; first the last one, whose lowest bits are padding. */
function flips(credential: string, step = 1): string[] {
  return Array.from({ length: Math.ceil(credential.length / step) }, (_, i) => {
    const at = credential.length - 1 - i * step
    const value = ALPHABET.indexOf(credential[at] ?? '')
    const flipped = value < 0 ? 'A' : ALPHABET[value ^ 1]
    return credential.slice(0, at) + flipped + credential.slice(at + 1)
  })
}

function disguises(credential: string): string[] {
  return [
    `${credential}A`,
    ` ${credential}`,
    `${credential}\n`,
    `${credential}\u0000`,
    credential.toUpperCase(),
    credential.repeat(2),
    `${credential}.${credential}`,
    encodeURIComponent(`%${credential}`),
  ]
}

describe('an authorization code', () => {
  it('is refused when it is cut, changed or disguised, and lives on', async () => {
    for (const code of [...truncations(unused.code), ...flips(unused.code), ...disguises(unused.code)]) {
      expect(await exchangeCode(code)).toMatchObject(REFUSED)
    }
    expect(await exchangeCode(unused.code)).toMatchObject({ status: 200 }) // control
  })

  it('is nothing else that we issued', async () => {
    for (const other of [accessToken, refreshToken, await asKind('authorizationCode', refreshToken)]) {
      expect(await exchangeCode(other)).toMatchObject(REFUSED)
    }
    expect(await introspectAsApi(accessToken)).toMatchObject({ active: true })
  })
})

describe('a refresh token', () => {
  it('is refused when it is cut, changed or disguised, and lives on', async () => {
    for (const wrong of [...truncations(refreshToken), ...flips(refreshToken), ...disguises(refreshToken)]) {
      expect(await refreshWith(wrong, world.app)).toMatchObject(REFUSED)
      expect(await revokeStatus(wrong)).toBe(200)
    }
    const refreshed = await refreshWith(refreshToken, world.app)
    expect(refreshed).toMatchObject({ status: 200 }) // control
    refreshToken = refreshed.refresh_token ?? ''
  })

  it('is nothing else that we issued', async () => {
    const { code } = await obtainCode(world.browser, world.integration)
    for (const other of [accessToken, code, await asKind('refreshToken', code)]) {
      expect(await refreshWith(other, world.app)).toMatchObject(REFUSED)
    }
  })
})

describe('an access token', () => {
  it('is inactive when it is cut, changed or disguised, and lives on', async () => {
    const wrong = [...truncations(accessToken, 7), ...flips(accessToken, 5), ...disguises(accessToken)]
    for (const jwt of [...wrong, ...forgedJwts(accessToken)]) {
      expect(await introspectAsApi(jwt)).toEqual({ active: false })
      expect(await revokeStatus(jwt)).toBe(200)
    }
    expect(await introspectAsApi(accessToken)).toMatchObject({ active: true }) // control
  })

  it('is nothing else that we issued', async () => {
    const { code } = await obtainCode(world.browser, world.integration)
    for (const other of [code, refreshToken, world.app.clientId]) {
      expect(await introspectAsApi(other)).toEqual({ active: false })
    }
  })
})

describe('a made-up credential with a valid seal', () => {
  const forge = (kind: GrantCredentialKind, accountId: string) =>
    formatGrantCredential(readConfig(env), kind, `${accountId}:${randomBase64Url(12)}:${randomBase64Url(24)}`)
  const newAccountId = () => `acc_${randomBase64Url(15)}`
  const tablesOf = (accountId: string) =>
    runInDurableObject(env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId)), (_object, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    )

  it('leaves nothing behind in an account that does not exist', async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const accountId = newAccountId()
      expect(await exchangeCode(await forge('authorizationCode', accountId))).toMatchObject(REFUSED)
      const forgedToken = await forge('refreshToken', accountId)
      expect(await refreshWith(forgedToken, world.app)).toMatchObject(REFUSED)
      expect(await revokeStatus(forgedToken)).toBe(200)
      expect(await introspectAsApp(forgedToken)).toEqual({ active: false })
      expect(await tablesOf(accountId)).toEqual([])
    }
    expect(await tablesOf(String(readToken(accessToken).claims.sub))).not.toEqual([]) // control
  })

  it('leaves nothing behind in the account of somebody who never authorized anything', async () => {
    const other = await createWorld(PUBLIC_SETTINGS)
    const accountId = await env.DB.prepare('SELECT account_id FROM members WHERE organization_id = ?')
      .bind(other.app.organizationId)
      .first<string>('account_id')
    const forgedToken = await forge('refreshToken', accountId ?? '')
    expect(await refreshWith(forgedToken, world.app)).toMatchObject(REFUSED)
    expect(await revokeStatus(forgedToken)).toBe(200)

    expect(await tablesOf(accountId ?? '')).toEqual([])
  })

  it('of a known grant touches nothing', async () => {
    const { accountId = '', grantId = '' } =
      (await parseGrantCredential(readConfig(env), 'refreshToken', refreshToken)) ?? {}
    for (const kind of ['refreshToken', 'authorizationCode'] as const) {
      const forged = await formatGrantCredential(
        readConfig(env),
        kind,
        `${accountId}:${grantId}:${randomBase64Url(24)}`,
      )
      expect(await (kind === 'refreshToken' ? refreshWith(forged, world.app) : exchangeCode(forged))).toMatchObject(
        REFUSED,
      )
    }
    expect(await introspectAsApi(accessToken)).toMatchObject({ active: true })
  })
})

/** A credential of one kind under the prefix, seal and checksum of another. */
async function asKind(kind: GrantCredentialKind, credential: string): Promise<string> {
  const sealing = readConfig(env)
  const parsed =
    (await parseGrantCredential(sealing, 'refreshToken', credential)) ??
    (await parseGrantCredential(sealing, 'authorizationCode', credential))
  return formatGrantCredential(sealing, kind, parsed?.engineToken ?? '')
}

function encode(value: object): string {
  return btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The claims of a real token under headers and signatures that are not ours. */
function forgedJwts(jwt: string): string[] {
  const [header = '', claims = '', signature = ''] = jwt.split('.')
  const real: Record<string, unknown> = JSON.parse(atob(header))
  return [
    `${encode({ ...real, alg: 'none' })}.${claims}.`,
    `${encode({ ...real, alg: 'HS256' })}.${claims}.${signature}`,
    `${encode({ ...real, alg: 'RS256' })}.${claims}.${signature}`,
    `${encode({ ...real, typ: 'JWT' })}.${claims}.${signature}`,
    `${encode({ ...real, kid: 'unknown' })}.${claims}.${signature}`,
    `${encode({ ...real, crit: ['b64'] })}.${claims}.${signature}`,
    `${header}.${encode({ ...decodeJwt(jwt), exp: 4_000_000_000 })}.${signature}`,
    `${header}.${encode({ ...decodeJwt(jwt), organizations: 'all' })}.${signature}`,
    `${header}.${encode([])}.${signature}`,
    `${header}..${signature}`,
    '..',
    `${'a'.repeat(9000)}.${claims}.${signature}`,
  ]
}

async function introspectAsApp(token: string) {
  const { app } = await confidentialWorld()
  const response = await postBody(
    '/introspect',
    new URLSearchParams({ token }),
    basic(app.clientId, app.clientSecret ?? ''),
  )
  return response.json()
}

let confidential: Promise<World> | undefined
function confidentialWorld(): Promise<World> {
  confidential ??= createWorld()
  return confidential
}
