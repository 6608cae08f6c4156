import { describe, expect, it } from 'vitest'
import { findRedirectUriProblem } from '../../src/apps/redirect-uri-rules.ts'

const ALLOWED = [
  'https://app.example.com/callback',
  'https://app.example.com',
  'https://app.example.com/',
  'https://app.example.com:8443/callback?tenant=1',
  'https://xn--bcher-kva.example/callback',
  'https://app.example.com/%C3%BC',
  'http://localhost/callback',
  'http://localhost:3000/callback',
  'http://127.0.0.1:8080/callback',
  'http://[::1]:8080/callback',
  'http://localhost',
  'https://localhost/callback',
]

/** Each with a part of the rule that the developer reads. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['javascript:alert(1)', 'dangerous'],
  ['JavaScript:alert(1)', 'dangerous'],
  ['data:text/html,hello', 'dangerous'],
  ['vbscript:msgbox', 'dangerous'],
  ['file:///etc/passwd', 'dangerous'],
  ['filesystem:https://app.example.com/x', 'dangerous'],
  ['blob:https://app.example.com/6f1c', 'dangerous'],
  ['about:blank', 'dangerous'],
  ['view-source:https://app.example.com/', 'dangerous'],
  ['intent://scan/', 'reversed domain'],
  ['myapp:/callback', 'reversed domain'],
  ['ftp://app.example.com/', 'reversed domain'],
  ['ws://app.example.com/', 'reversed domain'],
  ['.example:/cb', 'absolute'],
  ['http://app.example.com/callback', 'loopback only'],
  ['http://localhost.example.com/callback', 'loopback only'],
  ['http://localhost./callback', 'loopback only'],
  ['http://127.0.0.2/callback', 'loopback only'],
  ['http://[::ffff:127.0.0.1]/callback', 'loopback only'],
  ['https://192.0.2.1/callback', 'IP addresses'],
  ['https://3221225985/callback', 'IP addresses'],
  ['https://0xc0000201/callback', 'IP addresses'],
  ['https://0300.0.2.1/callback', 'IP addresses'],
  ['https://192.513/callback', 'IP addresses'],
  ['https://[2001:db8::1]/callback', 'IP addresses'],
  ['https://[::]/callback', 'IP addresses'],
  ['http://2130706433/callback', 'URL standard'],
  ['http://127.1/callback', 'URL standard'],
  ['https://app.example.com/callback#top', 'fragment'],
  ['https://app.example.com/callback#', 'fragment'],
  ['https://*.example.com/callback', 'Wildcards'],
  ['https://app.example.com/*', 'Wildcards'],
  ['https://user:password@app.example.com/', 'user name'],
  ['https://app.example.com@evil.example/', 'user name'],
  ['https://@app.example.com/', 'user name'],
  ['https://app.example.com\\@evil.example/', 'backslash'],
  ['https:\\\\app.example.com\\callback', 'backslash'],
  ['https://app.example.com/call back', 'ASCII'],
  [' https://app.example.com/callback', 'ASCII'],
  ['https://app.example.com/callback\n', 'ASCII'],
  ['java\tscript:alert(1)', 'ASCII'],
  ['https://app.example.com/\u0000', 'ASCII'],
  ['https://app.example.com/%0d%0aSet-Cookie:x', 'ASCII'],
  ['https://app.example.com/%00', 'ASCII'],
  ['https://bücher.example/callback', 'ASCII'],
  ['https://аpp.example.com/callback', 'ASCII'],
  ['https://App.example.com/callback', 'URL standard'],
  ['HTTPS://app.example.com/callback', 'URL standard'],
  ['https://app.example.com:443/callback', 'URL standard'],
  ['https://app.example.com/a/../callback', 'URL standard'],
  ['https://app.example.com/a/%2e%2e/callback', 'URL standard'],
  ['https://app.example.com?x=1', 'URL standard'],
  ['https:/app.example.com/callback', 'URL standard'],
  ['https:app.example.com', 'URL standard'],
  ['/callback', 'absolute'],
  ['//app.example.com/callback', 'absolute'],
  ['app.example.com/callback', 'absolute'],
  ['', 'absolute'],
  ['https://', 'absolute'],
  ['https://app.example.com:99999/', 'absolute'],
  [`https://app.example.com/${'a'.repeat(2000)}`, '2000 characters'],
]

describe('redirect URI rules', () => {
  for (const uri of ALLOWED) {
    it(`allows ${uri}`, () => {
      expect(findRedirectUriProblem(uri, { publicClient: false })).toBeUndefined()
      expect(findRedirectUriProblem(uri, { publicClient: true })).toBeUndefined()
    })
  }

  for (const [uri, rule] of REFUSED) {
    it(`refuses ${JSON.stringify(uri.slice(0, 60))} with the rule`, () => {
      expect(findRedirectUriProblem(uri, { publicClient: true })).toContain(rule)
      expect(findRedirectUriProblem(uri, { publicClient: false })).toContain(rule)
    })
  }

  for (const uri of ['com.example.app:/callback', 'com.example.app://callback', 'com.example.my-app:/a?b=c']) {
    it(`allows ${uri} for public clients only`, () => {
      expect(findRedirectUriProblem(uri, { publicClient: true })).toBeUndefined()
      expect(findRedirectUriProblem(uri, { publicClient: false })).toContain('public clients')
    })
  }

  it('asks for a path after a private-use scheme', () => {
    expect(findRedirectUriProblem('com.example.app:callback', { publicClient: true })).toContain('path follows')
    expect(findRedirectUriProblem('com.example.app:', { publicClient: true })).toContain('path follows')
  })
})
