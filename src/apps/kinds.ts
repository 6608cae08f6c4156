import type { AppSettings } from './settings.ts'

interface AppKind {
  title: string
  /** How to tell that it is this one. */
  says: string
  /** What follows from it: who can keep a secret. */
  consequence: string
  tokenEndpointAuthMethod: AppSettings['tokenEndpointAuthMethod']
  redirectExample: string
  redirectHint: string
}

/** What an app can be (RFC 6749 §2.1, RFC 8252), and what is sensible for it. */
export const APP_KINDS = {
  server: {
    title: 'A web application with a server',
    says: 'Your code runs on machines that only you control.',
    consequence: 'It proves itself with a secret that never leaves your server.',
    tokenEndpointAuthMethod: 'client_secret_basic',
    redirectExample: 'https://app.example.com/callback',
    redirectHint: 'The https address of your server that receives the code. http only on localhost, for development.',
  },
  browser: {
    title: 'A single-page application',
    says: 'Your code runs in the browser, and there is no server of yours behind it.',
    consequence: 'It has no secret: everybody could read it. PKCE and rotating refresh tokens protect it.',
    tokenEndpointAuthMethod: 'none',
    redirectExample: 'https://app.example.com/callback',
    redirectHint: 'The https address of the page that receives the code. http only on localhost, for development.',
  },
  native: {
    title: 'A mobile or desktop app',
    says: 'People install it on their own devices.',
    consequence: 'It has no secret: everybody could take it out of the program.',
    tokenEndpointAuthMethod: 'none',
    redirectExample: 'com.example.app:/callback',
    redirectHint:
      'An https address that the system opens in your app, a scheme named after a domain of yours ' +
      '(com.example.app:/callback), or http://127.0.0.1/callback, which matches on every port.',
  },
  cli: {
    title: 'A command-line tool',
    says: 'People start it in a terminal; it opens a browser for the consent.',
    consequence: 'It has no secret, and listens on the loopback address for the code.',
    tokenEndpointAuthMethod: 'none',
    redirectExample: 'http://127.0.0.1/callback',
    redirectHint: 'http://127.0.0.1/callback matches on every port that your tool happens to get.',
  },
} as const satisfies Record<string, AppKind>
export type AppKindName = keyof typeof APP_KINDS

export function isAppKind(name: string): name is AppKindName {
  return Object.hasOwn(APP_KINDS, name)
}
