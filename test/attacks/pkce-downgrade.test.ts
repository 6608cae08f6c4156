import { expect, it } from 'vitest'
import { exchangeWith, obtainCode } from '../support/workers/connect.ts'
import { createWorld, PUBLIC_SETTINGS, SETTINGS } from '../support/workers/world.ts'

const VERIFIER = 'v'.repeat(43)

it.each([
  ['a public client', PUBLIC_SETTINGS],
  ['a confidential client', SETTINGS],
])('refuses an authorization request without S256 from %s', async (_name, settings) => {
  const { browser, integration } = await createWorld(settings)
  const refused = async (parameters: Record<string, string>) => {
    const { path } = await integration.begin(parameters)
    return new URL((await browser.get(path)).location ?? 'about:blank').searchParams.get('error')
  }

  expect(await refused({ code_challenge: '', code_challenge_method: '' })).toBe('invalid_request')
  expect(await refused({ code_challenge_method: 'plain' })).toBe('invalid_request')
  expect(await refused({ code_challenge_method: '' })).toBe('invalid_request')
  expect(await refused({ code_challenge: 'too-short' })).toBe('invalid_request')
  expect((await browser.get((await integration.begin()).path)).status).toBe(200) // control
})

it('refuses an exchange without, or with another, verifier and burns nothing', async () => {
  const { browser, integration, app } = await createWorld()
  const obtained = await obtainCode(browser, integration)

  expect(await exchangeWith(obtained, app, { code_verifier: '' })).toMatchObject({ error: 'invalid_grant' })
  expect(await exchangeWith(obtained, app, { code_verifier: VERIFIER })).toMatchObject({ error: 'invalid_grant' })

  expect(await exchangeWith(obtained, app)).toMatchObject({ status: 200 }) // control
})
