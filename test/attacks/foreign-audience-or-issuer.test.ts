import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { newIntrospectionSecret } from '../../src/catalog/introspection-secret.ts'
import { readConfig } from '../../src/env.ts'
import { sha256 } from '../../src/lib/encoding.ts'
import { registerApp } from '../support/integration.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect } from '../support/workers/connect.ts'
import { resign } from '../support/workers/forge.ts'
import { basic, createWorld, ISSUER, introspectAsApi, postForm, SETTINGS, transport } from '../support/workers/world.ts'

it('tells a resource nothing about tokens for another one', async () => {
  const { browser, integration } = await createWorld()
  const { access_token } = await connect(browser, integration)
  const secret = await newIntrospectionSecret(readConfig(env), 'resource_other')
  await changeByHand(
    `INSERT INTO resources (identifier, name, introspection_id, introspection_secret_hash, created_at)
     VALUES ('https://other.example', 'Other', 'resource_other', ?, 0)`,
    await sha256(secret),
  )
  const asOther = await postForm('/introspect', { token: access_token }, basic('resource_other', secret))
  expect(await asOther.json()).toEqual({ active: false })
  expect(await introspectAsApi(access_token)).toMatchObject({ active: true }) // control
})

it('tells an app nothing about the tokens of another', async () => {
  const { browser, integration } = await createWorld()
  const { access_token, refresh_token } = await connect(browser, integration)
  const other = await registerApp(browser, { ...SETTINGS, client_name: 'Another app' })
  for (const token of [access_token, refresh_token]) {
    const asOther = await postForm('/introspect', { token }, basic(other.clientId, other.clientSecret ?? ''))
    expect(await asOther.json()).toEqual({ active: false })
    expect(await integration.introspect(token)).toMatchObject({ active: true }) // control
  }
})

it('lets no app revoke the tokens of another', async () => {
  const { browser, integration } = await createWorld()
  const { access_token, refresh_token } = await connect(browser, integration)
  const other = await registerApp(browser, { ...SETTINGS, client_name: 'Another app' })
  for (const token of [access_token, refresh_token]) {
    const response = await postForm('/revoke', { token }, basic(other.clientId, other.clientSecret ?? ''))
    expect(response.status).toBe(200)
  }
  expect(await introspectAsApi(access_token)).toMatchObject({ active: true })
  await integration.revoke(access_token)
  expect(await introspectAsApi(access_token)).toEqual({ active: false }) // control
})

it('opens our own API with no token for another resource', async () => {
  const { browser, integration } = await createWorld()
  const { access_token } = await connect(browser, integration)
  const response = await transport(
    new Request(`${ISSUER}/api/v1/apps`, { headers: { Authorization: `Bearer ${access_token}` } }),
  )
  expect(response.status).toBe(401)
  expect(response.headers.get('WWW-Authenticate')).toContain('resource_metadata')
})

it('knows no token of another issuer', async () => {
  const { browser, integration } = await createWorld()
  const { access_token } = await connect(browser, integration)
  expect(await introspectAsApi(await resign(access_token, { iss: 'https://evil.example' }))).toEqual({ active: false })
  expect(await introspectAsApi(access_token)).toMatchObject({ active: true }) // control
})
