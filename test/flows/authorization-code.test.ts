import { createLocalJWKSet, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { authorize } from '../support/integration.ts'
import {
  API,
  createWorld,
  ISSUER,
  introspectAsApi,
  PUBLIC_SETTINGS,
  SETTINGS,
  transport,
  type World,
} from '../support/workers/world.ts'

describe.each([
  ['a public client', PUBLIC_SETTINGS],
  ['a confidential client', SETTINGS],
])('the authorization code flow of %s', (_name, settings) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld(settings)
  })

  it('goes from consent to tokens, refresh and revocation', async () => {
    const { browser, integration, app } = world
    const authorization = await integration.begin()
    const callback = await authorize(browser, authorization.path)
    const tokens = await integration.finish(callback, authorization)

    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'profile:read projects:read' })
    const jwks = await (await transport(new Request(`${ISSUER}/.well-known/jwks.json`))).json()
    const { payload } = await jwtVerify(tokens.access_token, createLocalJWKSet(jwks as never), {
      issuer: ISSUER,
      audience: API.identifier,
      typ: 'at+jwt',
    })
    expect(payload).toMatchObject({ client_id: app.clientId, organizations: [app.organizationId] })
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true, client_id: app.clientId })

    const refreshed = await integration.refresh(tokens.refresh_token ?? '')
    expect(await introspectAsApi(refreshed.access_token)).toMatchObject({ active: true })

    await integration.revoke(refreshed.refresh_token ?? '')
    await expect(integration.refresh(refreshed.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await introspectAsApi(refreshed.access_token)).toEqual({ active: false })
  })
})
