import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/env.ts'
import { sha256 } from '../../src/lib/encoding.ts'
import { parseGrantCredential } from '../../src/tokens/grant-credential.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { advance } from '../support/workers/time.ts'
import { createWorld, introspectAsApi, PUBLIC_SETTINGS } from '../support/workers/world.ts'

const HOUR = 3600
const HERE = { 'CF-Connecting-IP': '192.0.2.1' }
const ELSEWHERE = { 'CF-Connecting-IP': '198.51.100.7' }
const REFUSED = { status: 400, error: 'invalid_grant' }

async function ledgerOf(refreshToken: string) {
  const parsed = await parseGrantCredential(readConfig(env), 'refreshToken', refreshToken)
  return env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(parsed?.accountId ?? ''))
}

const sqlOf = async (refreshToken: string, sql: string) =>
  runInDurableObject(await ledgerOf(refreshToken), (_ledger, state) => state.storage.sql.exec(sql).toArray())

/** A public app whose refresh was answered, and the answer lost on the way. */
async function loseAnAnswer() {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const { refresh_token: spent } = await connect(browser, integration)
  const lost = await refreshWith(spent, app, HERE)
  const refresh = (token = spent, from: Record<string, string> = HERE) => refreshWith(token, app, from)
  return { spent, lost, refresh }
}

describe('a person whose app lost the answer to its refresh', () => {
  it.each([45, HOUR, 23 * HOUR])('stays connected when the app asks again after %i seconds', async (seconds) => {
    const { lost, refresh } = await loseAnAnswer()

    advance(seconds)
    const again = await refresh()

    expect(again).toMatchObject({ status: 200, refresh_token: lost.refresh_token, scope: lost.scope })
    expect(await introspectAsApi(again.access_token ?? '')).toMatchObject({ active: true })
    expect(await refresh(lost.refresh_token)).toMatchObject({ status: 200 })
  })

  it('stays connected through the alarms of that day', async () => {
    const { spent, lost, refresh } = await loseAnAnswer()
    for (const seconds of [31, 12 * HOUR]) {
      advance(seconds)
      await runDurableObjectAlarm(await ledgerOf(spent))
    }
    expect(await refresh()).toMatchObject({ status: 200, refresh_token: lost.refresh_token })
  })

  it('is not kept connected beyond the end of the grant', async () => {
    const { spent, refresh } = await loseAnAnswer()
    await sqlOf(spent, `UPDATE grants SET expires_at = ${Math.floor(Date.now() / 1000) + HOUR}`)
    advance(HOUR - 10)
    expect(await refresh()).toMatchObject({ status: 200 }) // control

    advance(20)
    expect(await refresh()).toMatchObject(REFUSED)
  })
})

describe('a spent refresh token is reuse after half a minute, and ends the family,', () => {
  it('from another address', async () => {
    const { lost, refresh } = await loseAnAnswer()
    advance(45)
    expect(await refresh()).toMatchObject({ status: 200 }) // control

    expect(await refresh(undefined, ELSEWHERE)).toMatchObject(REFUSED)

    expect(await introspectAsApi(lost.access_token ?? '')).toEqual({ active: false })
    expect(await refresh(lost.refresh_token)).toMatchObject(REFUSED)
  })

  it('from an address that is not known, also when it was not known before', async () => {
    const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
    const { refresh_token: spent } = await connect(browser, integration)
    const lost = await refreshWith(spent, app)
    advance(45)
    expect(await refreshWith(spent, app)).toMatchObject(REFUSED)
    expect(await refreshWith(lost.refresh_token ?? '', app)).toMatchObject(REFUSED)
  })

  it('once the successor was used: then the answer did arrive', async () => {
    const { lost, refresh } = await loseAnAnswer()
    const next = await refresh(lost.refresh_token)
    expect(next.status).toBe(200)

    advance(45)
    expect(await refresh()).toMatchObject(REFUSED)

    expect(await refresh(next.refresh_token)).toMatchObject(REFUSED)
  })

  it('after a day, and then nobody can read the successor any more', async () => {
    const { spent, lost, refresh } = await loseAnAnswer()
    const enclosed = () => sqlOf(spent, 'SELECT enclosed_successor FROM spent_refresh_tokens')
    expect(await enclosed()).toEqual([{ enclosed_successor: expect.any(String) }]) // control

    advance(24 * HOUR + 2)
    await runDurableObjectAlarm(await ledgerOf(spent))
    expect(await enclosed()).toEqual([{ enclosed_successor: null }])
    expect(await refresh()).toMatchObject(REFUSED)
    expect(await refresh(lost.refresh_token)).toMatchObject(REFUSED)
  })
})

it('answers no more than a hundred times', async () => {
  const { lost, refresh } = await loseAnAnswer()
  advance(45)
  for (let i = 0; i < 100; i++) expect((await refresh()).status).toBe(200)

  expect(await refresh()).toMatchObject(REFUSED)

  expect(await refresh(lost.refresh_token)).toMatchObject({ status: 200 }) // control: nothing was revoked
})

it('keeps no address that somebody could find by trying all of them', async () => {
  const { spent } = await loseAnAnswer()
  const [row] = await sqlOf(spent, 'SELECT address FROM spent_refresh_tokens')
  expect(row?.address).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(row?.address).not.toBe(await sha256(HERE['CF-Connecting-IP']))
})
