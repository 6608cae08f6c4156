import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/env.ts'
import { formatGrantCredential, parseGrantCredential } from '../../src/tokens/grant-credential.ts'
import { connect, refreshWith } from '../support/workers/connect.ts'
import { advance } from '../support/workers/time.ts'
import { createWorld, introspectAsApi, PUBLIC_SETTINGS, SETTINGS } from '../support/workers/world.ts'

describe('a rotated refresh token of a public client', () => {
  it('gets the same successor again within the window', async () => {
    const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
    const { refresh_token } = await connect(browser, integration)
    const first = await refreshWith(refresh_token, app)
    expect(first.refresh_token).not.toBe(refresh_token)

    advance(29)
    const again = await refreshWith(refresh_token, app)

    expect(again).toMatchObject({ status: 200, refresh_token: first.refresh_token })
    expect(again.access_token).not.toBe(first.access_token)
    expect(await refreshWith(first.refresh_token ?? '', app)).toMatchObject({ status: 200 })
  })

  it('is refused within the window once its successor was used, and nothing is revoked', async () => {
    const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
    const { refresh_token } = await connect(browser, integration)
    const first = await refreshWith(refresh_token, app)
    const second = await refreshWith(first.refresh_token ?? '', app)

    expect(await refreshWith(refresh_token, app)).toMatchObject({ status: 400, error: 'invalid_grant' })

    expect(await refreshWith(second.refresh_token ?? '', app)).toMatchObject({ status: 200 })
  })

  it('revokes the family when it comes back after the window, from an address that is not known', async () => {
    const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
    const { refresh_token } = await connect(browser, integration)
    const first = await refreshWith(refresh_token, app)
    expect(await introspectAsApi(first.access_token ?? '')).toMatchObject({ active: true }) // control

    advance(31)
    expect(await refreshWith(refresh_token, app)).toMatchObject({ status: 400, error: 'invalid_grant' })

    expect(await introspectAsApi(first.access_token ?? '')).toEqual({ active: false })
    expect(await refreshWith(first.refresh_token ?? '', app)).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  it('touches nothing when the secret was never issued', async () => {
    const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
    const { refresh_token } = await connect(browser, integration)
    // Sealed with our own secret: the ledger is asked, and knows nothing of it.
    const { accountId, grantId } = (await parseGrantCredential(readConfig(env), 'refreshToken', refresh_token)) ?? {}
    const forged = await formatGrantCredential(
      readConfig(env),
      'refreshToken',
      `${accountId}:${grantId}:${'A'.repeat(32)}`,
    )
    expect(forged).toHaveLength(refresh_token.length)

    advance(31)
    expect(await refreshWith(forged, app)).toMatchObject({ status: 400, error: 'invalid_grant' })

    expect(await refreshWith(refresh_token, app)).toMatchObject({ status: 200 })
  })

  it('is not repeated more than a hundred times', async () => {
    const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
    const { refresh_token } = await connect(browser, integration)
    for (let i = 0; i <= 100; i++) expect((await refreshWith(refresh_token, app)).status).toBe(200)

    expect(await refreshWith(refresh_token, app)).toMatchObject({ status: 400, error: 'invalid_grant' })
  })
})

it('keeps the refresh token of a confidential client', async () => {
  const { browser, integration, app } = await createWorld(SETTINGS)
  const { refresh_token } = await connect(browser, integration)
  for (const seconds of [0, 31, 7200, 7200]) {
    advance(seconds)
    expect(await refreshWith(refresh_token, app)).toMatchObject({ status: 200, refresh_token })
  }
})
