import { describe, expect, it } from 'vitest'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect, exchangeWith, obtainCode, refreshWith, requestToken } from '../support/workers/connect.ts'
import { createWorld, introspectAsApi, PUBLIC_SETTINGS, SETTINGS } from '../support/workers/world.ts'

// What Authlib, requests-oauthlib, angular-oauth2-oidc and google-oauth-client-java do: they repeat their first scope.
const EVERYTHING = 'projects:read profile:read projects:write'

describe.each([
  ['a public client', PUBLIC_SETTINGS],
  ['a confidential client', SETTINGS],
])('whoever left an optional box unticked stays connected by %s', (_name, settings) => {
  it('that names its first scope when it exchanges the code', async () => {
    const { browser, integration, app } = await createWorld(settings)
    const obtained = await obtainCode(browser, integration, { scope: EVERYTHING })

    const tokens = await exchangeWith(obtained, app, { scope: EVERYTHING })

    expect(tokens).toMatchObject({ status: 200, scope: 'profile:read projects:read' })
    expect(await introspectAsApi(tokens.access_token ?? '')).toMatchObject({ scope: 'profile:read projects:read' })
  })

  it('that repeats its first scope at each refresh', async () => {
    const { browser, integration } = await createWorld(settings)
    const tokens = await connect(browser, integration, { scope: EVERYTHING })

    const first = await integration.refresh(tokens.refresh_token, { scope: EVERYTHING })
    expect(first.scope).toBe('profile:read projects:read')
    const second = await integration.refresh(first.refresh_token ?? '', { scope: EVERYTHING })

    expect(second.scope).toBe('profile:read projects:read')
    expect(await introspectAsApi(second.access_token)).toMatchObject({ active: true, scope: second.scope })
  })

  it('that asks for a scope which nobody registered, and never gets it', async () => {
    const { browser, integration } = await createWorld(settings)
    const tokens = await connect(browser, integration)
    const refreshed = await integration.refresh(tokens.refresh_token, { scope: 'profile:read offline_access openid' })
    expect(refreshed.scope).toBe('profile:read')
  })
})

it('keeps an app connected that repeats its first scope after an administrator lowered a ceiling', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const fields = { scope: ['projects:write'] }
  const tokens = await connect(browser, integration, { scope: EVERYTHING }, fields)
  expect(tokens.scope).toBe('profile:read projects:read projects:write') // control: it had it
  await changeByHand(`UPDATE organizations SET scope_ceiling = '["projects:read"]' WHERE id = ?`, app.organizationId)

  const refreshed = await integration.refresh(tokens.refresh_token, { scope: EVERYTHING })

  expect(refreshed.scope).toBe('profile:read projects:read')
})

it('leaves out in a repeated answer too what the first did not have', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const { refresh_token } = await connect(browser, integration)
  const ask = (scope: string) => requestToken({ grant_type: 'refresh_token', refresh_token, scope }, app)
  const first = await ask('profile:read')
  expect(first).toMatchObject({ status: 200, scope: 'profile:read' })

  expect(await ask(EVERYTHING)).toMatchObject({ ...successorOf(first), scope: 'profile:read' })

  expect(await ask('projects:read')).toMatchObject({ status: 400, error: 'invalid_scope', scopes: ['projects:read'] })
  expect(await refreshWith(refresh_token, app)).toMatchObject(successorOf(first)) // control: nothing was burnt
})

const successorOf = ({ refresh_token }: { refresh_token?: string }) => ({ status: 200, refresh_token })

it('refuses a request of which nothing is left, and one that is malformed', async () => {
  const { browser, integration, app } = await createWorld(PUBLIC_SETTINGS)
  const { refresh_token } = await connect(browser, integration)
  for (const scope of ['projects:write', 'openid', 'profile:read "']) {
    const refused = await requestToken({ grant_type: 'refresh_token', refresh_token, scope }, app)
    expect(refused).toMatchObject({ status: 400, error: 'invalid_scope' })
  }
  expect(await refreshWith(refresh_token, app)).toMatchObject({ status: 200 })
})
