import { expect, it } from 'vitest'
import { connect, exchangeWith, obtainCode, refreshWith } from '../support/workers/connect.ts'
import { advance } from '../support/workers/time.ts'
import { createWorld, introspectAsApi, PUBLIC_SETTINGS } from '../support/workers/world.ts'

it('leaves the other device alone when a refresh token is reused on one', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const phone = await connect(browser, integration)
  const laptop = await connect(browser, integration)
  await refreshWith(phone.refresh_token, app)

  advance(31)
  expect(await refreshWith(phone.refresh_token, app)).toMatchObject({ status: 400 }) // control: the reuse is noticed

  expect(await introspectAsApi(phone.access_token)).toEqual({ active: false })
  expect(await introspectAsApi(laptop.access_token)).toMatchObject({ active: true })
  expect(await refreshWith(laptop.refresh_token, app)).toMatchObject({ status: 200 })
})

it('lets no unredeemed authorization push out a living grant', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const phone = await connect(browser, integration)

  for (let i = 0; i < 55; i++) await obtainCode(browser, integration)

  expect(await refreshWith(phone.refresh_token, app)).toMatchObject({ status: 200 })
}, 60_000)

it('lets the least recently used of more than fifty redeemed grants give way', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const oldest = await connect(browser, integration)
  advance(10)
  const second = await connect(browser, integration)
  for (let i = 0; i < 49; i++) await exchangeWith(await obtainCode(browser, integration), app)

  expect(await refreshWith(oldest.refresh_token, app)).toMatchObject({ status: 400, error: 'invalid_grant' })
  expect(await refreshWith(second.refresh_token, app)).toMatchObject({ status: 200 }) // control
}, 60_000)
