import { expect, it } from 'vitest'
import { registerApp } from '../support/integration.ts'
import { exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { createWorld, introspectAsApi, SETTINGS } from '../support/workers/world.ts'

it('refuses a code to another app, and keeps it for its own', async () => {
  const { browser, integration, app } = await createWorld()
  const other = await registerApp(browser, { ...SETTINGS, client_name: 'Another app' })
  const obtained = await obtainCode(browser, integration)

  expect(await exchangeWith(obtained, other)).toMatchObject({ status: 400, error: 'invalid_grant' })

  expect(await exchangeWith(obtained, app)).toMatchObject({ status: 200 }) // control
})

it('lets a redeemed grant live when another app replays its code', async () => {
  const { browser, integration, app } = await createWorld()
  const other = await registerApp(browser, { ...SETTINGS, client_name: 'Another app' })
  const obtained = await obtainCode(browser, integration)
  const tokens = await exchangeWith(obtained, app)

  expect(await exchangeWith(obtained, other)).toMatchObject({ status: 400, error: 'invalid_grant' })

  expect(await introspectAsApi(tokens.access_token ?? '')).toMatchObject({ active: true })
})

it('refuses a refresh token to another app, and touches nothing', async () => {
  const { browser, integration, app } = await createWorld()
  const other = await registerApp(browser, { ...SETTINGS, client_name: 'Another app' })
  const tokens = await exchangeWith(await obtainCode(browser, integration), app)

  expect(await refreshWith(tokens.refresh_token ?? '', other)).toMatchObject({ status: 400, error: 'invalid_grant' })

  expect(await refreshWith(tokens.refresh_token ?? '', app)).toMatchObject({ status: 200 }) // control
})
