import { describe, expect, it } from 'vitest'
import { findRedirectUri, isLoopbackRedirect } from '../../src/apps/redirect-uri.ts'

const CALLBACK = 'https://app.example.com/callback'

describe('finding a registered redirect URI', () => {
  it('finds it exactly as it is registered', () => {
    expect(findRedirectUri(['https://other.example/', CALLBACK], CALLBACK)).toBe(CALLBACK)
  })

  for (const requested of [
    'https://app.example.com/callback/',
    'https://app.example.com/callback?x=1',
    'https://app.example.com/Callback',
    'https://APP.example.com/callback',
    'https://app.example.com:443/callback',
    'https://app.example.com/a/../callback',
    'https://app.example.com.evil.example/callback',
    'http://app.example.com/callback',
    'https://app.example.com/callback#',
    '',
  ]) {
    it(`does not take ${requested || 'nothing'} for it`, () => {
      expect(findRedirectUri([CALLBACK], requested)).toBeUndefined()
    })
  }

  it('takes any port on loopback, with and without one registered (RFC 8252 §7.3)', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      for (const port of ['', ':1', ':8080', ':65535']) {
        const requested = `http://${host}${port}/cb?x=1`
        expect(findRedirectUri([`http://${host}/cb?x=1`], requested)).toBe(requested)
        expect(findRedirectUri([`http://${host}:3000/cb?x=1`], requested)).toBe(requested)
      }
    }
  })

  for (const requested of [
    'http://127.0.0.1:8080/cb',
    'https://localhost:8080/cb',
    'http://localhost:8080/cb/',
    'http://localhost:8080/cb?x=1',
    'http://localhost:8080/cb#x',
    'http://localhost:65536/cb',
    'http://localhost:8080@evil.example/cb',
    'http://localhost.evil.example:8080/cb',
    'http://LOCALHOST:8080/cb',
    'http://localhost:/cb',
  ]) {
    it(`keeps everything but the port exact: ${requested}`, () => {
      expect(findRedirectUri(['http://localhost:3000/cb'], requested)).toBeUndefined()
    })
  }

  it('takes no other port off loopback', () => {
    expect(findRedirectUri([CALLBACK], 'https://app.example.com:8443/callback')).toBeUndefined()
    expect(findRedirectUri(['https://localhost:1/cb'], 'https://localhost:2/cb')).toBeUndefined()
  })

  it('knows a loopback redirect, which the consent page warns of', () => {
    expect(isLoopbackRedirect('http://localhost:3000/cb')).toBe(true)
    expect(isLoopbackRedirect('http://localhost.example.com/cb')).toBe(false)
  })
})
