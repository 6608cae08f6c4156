import { env, runInDurableObject } from 'cloudflare:test'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/env.ts'
import { parseGrantCredential } from '../../src/tokens/grant-credential.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { createWorld, PUBLIC_SETTINGS } from '../support/workers/world.ts'

const HERE = { 'CF-Connecting-IP': '192.0.2.1', 'User-Agent': 'here' }
const ELSEWHERE = { 'CF-Connecting-IP': '198.51.100.7', 'User-Agent': 'elsewhere' }

/** Audit events that the account's ledger recorded, delivered or not. */
async function countEvents(refreshToken: string, event: string): Promise<number> {
  const { accountId = '' } = (await parseGrantCredential(readConfig(env), 'refreshToken', refreshToken)) ?? {}
  const waiting = await runInDurableObject(
    env.GRANT_LEDGER.get(env.GRANT_LEDGER.idFromName(accountId)),
    (_ledger, state) =>
      state.storage.sql.exec("SELECT count(*) AS n FROM outbox WHERE payload LIKE '%' || ? || '%'", event).one().n,
  )
  const delivered = await env.DB.prepare('SELECT count(*) AS n FROM audit_events WHERE event = ? AND account_id = ?')
    .bind(event, accountId)
    .first<number>('n')
  return Number(waiting) + Number(delivered)
}

it('is noted when address and user agent both differ, and ends the family at the third rotation in a row', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  let { refresh_token } = await connect(browser, integration)
  for (const rotation of [1, 2, 3]) {
    const mine = await refreshWith(refresh_token, app, HERE)
    const theirs = await refreshWith(refresh_token, app, ELSEWHERE)
    expect(theirs.status).toBe(rotation < 3 ? 200 : 400)
    expect(await countEvents(refresh_token, 'refresh_token.repeated_elsewhere')).toBe(rotation)
    refresh_token = mine.refresh_token ?? ''
  }
  expect(await refreshWith(refresh_token, app, HERE)).toMatchObject({ status: 400, error: 'invalid_grant' })
})

it('is an ordinary repeat when only one of them differs, or when a rotation in between was not repeated', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  let { refresh_token } = await connect(browser, integration)
  for (const from of [{ ...HERE, 'User-Agent': 'updated' }, ELSEWHERE, ELSEWHERE, HERE, ELSEWHERE, ELSEWHERE]) {
    const mine = await refreshWith(refresh_token, app, HERE)
    expect((await refreshWith(refresh_token, app, from)).status).toBe(200)
    refresh_token = mine.refresh_token ?? ''
  }
  expect(await countEvents(refresh_token, 'refresh_token.repeated_elsewhere')).toBe(4)
  expect(await refreshWith(refresh_token, app, HERE)).toMatchObject({ status: 200 })
})
