import { describe, expect, it } from 'vitest'
import { exchangeWith, obtainCode } from '../support/workers/connect.ts'
import { createWorld, PUBLIC_SETTINGS } from '../support/workers/world.ts'

const REGISTERED = ['https://app.example/callback', 'http://127.0.0.1/cb', 'com.example.app:/cb']
const settings = { ...PUBLIC_SETTINGS, redirect_uris: REGISTERED }

describe('the redirect URI of an authorization request', () => {
  it.each([
    'https://app.example/callback/',
    'https://app.example/callback?x=1',
    'https://app.example/callback#x',
    'https://app.example:443/callback',
    'https://APP.example/callback',
    'https://app.example/Callback',
    'https://app.example/x/../callback',
    'https://app.example.evil.example/callback',
    'https://app.example@evil.example/callback',
    'http://app.example/callback',
    'http://127.0.0.1:8080/cb/..',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://localhost/cb',
    'http://127.0.0.1@evil.example/cb',
    'com.example.app:/cb/x',
    'javascript:alert(1)',
  ])('is refused on a page, without a redirect: %s', async (redirectUri) => {
    const { browser, integration } = await createWorld(settings)
    const page = await browser.get((await integration.begin({ redirect_uri: redirectUri })).path)
    expect(page).toMatchObject({ status: 400, location: null })
  })

  it.each([...REGISTERED, 'http://127.0.0.1:49152/cb'])('is accepted as registered: %s', async (redirectUri) => {
    const { browser, integration } = await createWorld(settings)
    const page = await browser.get((await integration.begin({ redirect_uri: redirectUri })).path)
    expect(page.status).toBe(200)
  })

  it('is refused when it is missing or sent twice', async () => {
    const { browser, integration } = await createWorld(settings)
    const { path } = await integration.begin()
    expect(await browser.get((await integration.begin({ redirect_uri: '' })).path)).toMatchObject({ status: 400 })
    const twice = await browser.get(`${path}&redirect_uri=${encodeURIComponent('https://evil.example/')}`)
    expect(twice).toMatchObject({ status: 400, location: null })
  })
})

it('must be the same at the token endpoint, and a wrong one burns nothing', async () => {
  const { browser, integration, app } = await createWorld(settings)
  const obtained = await obtainCode(browser, integration)

  const wrong = await exchangeWith(obtained, app, { redirect_uri: 'com.example.app:/cb' })
  expect(wrong).toMatchObject({ status: 400, error: 'invalid_grant' })

  expect(await exchangeWith(obtained, app)).toMatchObject({ status: 200 }) // control
})
