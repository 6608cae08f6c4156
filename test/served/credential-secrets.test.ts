import { expect, it } from 'vitest'
import { Browser, signIn } from '../support/browser.ts'
import { introspect } from '../support/flow.ts'
import { answerConsent, authorize, discover, Integration, registerApp } from '../support/integration.ts'
import { demoCredentials } from '../support/seed.ts'
import { useWorkerd } from '../support/use-workerd.ts'

const OLD = 'the-credential-secret-of-the-first-year-in-production'
const NEW = 'the-credential-secret-of-the-second-year-in-production'
const server = useWorkerd({ CREDENTIAL_SECRETS: OLD })
const transport = (request: Request) => fetch(request)

it('keeps everybody connected when an operator puts a new secret in front, until the old one is removed', async () => {
  const { origin } = server()
  const browser = new Browser(transport, origin)
  await signIn(browser, 'person@example.com')
  const [confidential, open] = [await connectApp(browser, {}), await connectApp(browser, PUBLIC)]
  const waiting = await confidential.integration.begin({ prompt: 'consent' })
  const callback = await authorize(browser, waiting.path)
  const oldDemo = server().demo

  await server().redeploy({ CREDENTIAL_SECRETS: `${NEW},${OLD}` })

  for (const { integration, tokens } of [confidential, open]) {
    expect(await introspect(origin, oldDemo, tokens.access_token)).toMatchObject({ active: true })
    const refreshed = await integration.refresh(tokens.refresh_token ?? '')
    expect(await introspect(origin, oldDemo, refreshed.access_token)).toMatchObject({ active: true })
    tokens.refresh_token = refreshed.refresh_token ?? ''
  }
  await confidential.integration.finish(callback, waiting) // a code that was on its way
  const later = await connectApp(browser, {})

  await server().redeploy({ CREDENTIAL_SECRETS: NEW })

  // The app kept its secret and its refresh token, which are both of the first year.
  const orphaned = confidential.integration.refresh(confidential.tokens.refresh_token ?? '')
  await expect(orphaned).rejects.toMatchObject({ status: 401 })
  expect(await introspect(origin, oldDemo, later.tokens.access_token)).toMatchObject({ error: 'invalid_client' })
  // Control: what was sealed since lives on, the refresh token of the public app as well, which was rotated since.
  for (const { integration, tokens } of [later, open]) {
    expect(await integration.refresh(tokens.refresh_token ?? '')).toMatchObject({ token_type: 'bearer' })
  }
})

it('refuses a refresh token of a removed secret as malformed, and lets the person connect again', async () => {
  const { origin } = server()
  await server().redeploy({ CREDENTIAL_SECRETS: OLD })
  const browser = new Browser(transport, origin)
  await signIn(browser, 'another@example.com')
  const app = await connectApp(browser, PUBLIC)
  const demo = await demoCredentials({ issuer: origin, credentialSecrets: [OLD] })
  expect(await introspect(origin, demo, app.tokens.access_token)).toMatchObject({ active: true }) // control

  await server().redeploy({ CREDENTIAL_SECRETS: NEW })

  await expect(app.integration.refresh(app.tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const authorization = await app.integration.begin({ prompt: 'consent' })
  const page = await answerConsent(browser, await browser.get(authorization.path))
  expect(await app.integration.finish(page.location ?? '', authorization)).toMatchObject({ token_type: 'bearer' })
})

const PUBLIC = { token_endpoint_auth_method: 'none' }

async function connectApp(browser: Browser, settings: object) {
  const registration = await registerApp(browser, {
    client_name: 'Notes',
    redirect_uris: ['https://notes.example/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    scopes: ['profile:read'],
    ...settings,
  })
  const integration = new Integration(transport, await discover(transport, browser.origin), registration)
  const authorization = await integration.begin()
  const tokens = await integration.finish(await authorize(browser, authorization.path), authorization)
  return { integration, tokens: { ...tokens } }
}
