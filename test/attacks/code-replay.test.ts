import { expect, it } from 'vitest'
import { exchangeWith, obtainCode } from '../support/workers/connect.ts'
import { createWorld, introspectAsApi } from '../support/workers/world.ts'

it('revokes the whole grant when its own app presents a code twice', async () => {
  const { browser, integration, app } = await createWorld()
  const obtained = await obtainCode(browser, integration)
  const first = await exchangeWith(obtained, app)
  expect(await introspectAsApi(first.access_token ?? '')).toMatchObject({ active: true }) // control

  expect(await exchangeWith(obtained, app)).toMatchObject({ status: 400, error: 'invalid_grant' })

  expect(await introspectAsApi(first.access_token ?? '')).toEqual({ active: false })
  await expect(integration.refresh(first.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
})

it('lets the grant live when the second exchange lacks the right verifier', async () => {
  const { browser, integration, app } = await createWorld()
  const obtained = await obtainCode(browser, integration)
  const first = await exchangeWith(obtained, app)

  const replay = await exchangeWith(obtained, app, { code_verifier: 'a'.repeat(43) })
  expect(replay).toMatchObject({ status: 400, error: 'invalid_grant' })

  expect(await introspectAsApi(first.access_token ?? '')).toMatchObject({ active: true })
})
