import { expect, it } from 'vitest'
import { exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { createWorld, introspectAsApi, postForm } from '../support/workers/world.ts'

it('burns no code, spends no refresh token and revokes nothing', async () => {
  const { browser, integration, app } = await createWorld()
  const impostor = { ...app, clientSecret: `${app.clientSecret?.slice(0, -1)}x` }
  const nameless = { ...app, clientSecret: null }
  const obtained = await obtainCode(browser, integration)
  expect(await exchangeWith(obtained, impostor)).toMatchObject({ status: 401, error: 'invalid_client' })
  expect(await exchangeWith(obtained, nameless)).toMatchObject({ status: 401, error: 'invalid_client' })
  const tokens = await exchangeWith(obtained, app)
  expect(tokens.status).toBe(200) // control

  // A replay by somebody who is not the app is no replay.
  expect(await exchangeWith(obtained, impostor)).toMatchObject({ status: 401 })
  expect(await refreshWith(tokens.refresh_token ?? '', impostor)).toMatchObject({ status: 401 })
  const fields = { token: tokens.refresh_token ?? '', client_id: app.clientId, client_secret: 'wrong' }
  expect((await postForm('/revoke', fields)).status).toBe(401)

  expect(await introspectAsApi(tokens.access_token ?? '')).toMatchObject({ active: true })
  expect(await refreshWith(tokens.refresh_token ?? '', app)).toMatchObject({ status: 200 })
})
