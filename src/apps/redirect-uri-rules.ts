const MAX_LENGTH = 2000
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])
const IP_LITERAL = /^(\d+(\.\d+){3}|\[.*\])$/
const USER_INFO = /^[^/?]*:\/\/[^/?]*@/
/** A domain name of the developer's, reversed (RFC 8252 §7.1). */
const PRIVATE_USE_SCHEME = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/
const DANGEROUS_SCHEMES = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'filesystem:',
  'blob:',
  'about:',
  'view-source:',
])

interface Rule<Subject> {
  broken: (subject: Subject) => boolean
  /** The rule in words, for the developer. */
  says: (subject: Subject) => string
}

/** Before parsing, because the URL parser repairs: it drops tabs and turns a backslash into a slash. */
const SPELLING_RULES: readonly Rule<string>[] = [
  {
    broken: (written) => written.length > MAX_LENGTH,
    says: () => `A redirect URI has at most ${MAX_LENGTH} characters.`,
  },
  {
    broken: (written) => /[^\x21-\x7e]|%[01][0-9a-f]|%7f/i.test(written),
    says: () => 'A redirect URI holds visible ASCII characters: no spaces and no control characters, not even encoded.',
  },
  {
    broken: (written) => written.includes('\\'),
    says: () => 'A redirect URI holds no backslash.',
  },
  {
    broken: (written) => written.includes('#'),
    says: () => 'A redirect URI has no fragment (RFC 6749 §3.1.2).',
  },
  {
    broken: (written) => written.includes('*'),
    says: () => 'Wildcards are not allowed: register each redirect URI.',
  },
  {
    broken: (written) => !URL.canParse(written),
    says: () => 'A redirect URI is absolute, such as https://app.example.com/callback.',
  },
]

/** What the developer wrote beside what the URL parser makes of it. */
interface Candidate {
  written: string
  url: URL
  publicClient: boolean
}

const URL_RULES: readonly Rule<Candidate>[] = [
  {
    broken: ({ url }) => DANGEROUS_SCHEMES.has(url.protocol),
    says: ({ url }) => `The scheme ${url.protocol} is dangerous and never allowed.`,
  },
  {
    broken: ({ written }) => USER_INFO.test(written),
    says: () => 'A redirect URI holds no user name and no password.',
  },
  {
    broken: ({ url }) => url.protocol === 'http:' && !isLoopback(url),
    says: () => 'http is allowed on loopback only (localhost, 127.0.0.1, [::1]); use https.',
  },
  {
    // The parser has turned every spelling of an IPv4 address (decimal, octal, short) into four numbers.
    broken: ({ url }) => isWeb(url) && IP_LITERAL.test(url.hostname) && !isLoopback(url),
    says: () => 'IP addresses are allowed on loopback only; use a domain name.',
  },
  {
    broken: ({ url }) => !isWeb(url) && !PRIVATE_USE_SCHEME.test(url.protocol),
    says: () => 'The scheme is https, http on loopback, or a reversed domain such as com.example.app (RFC 8252 §7.1).',
  },
  {
    broken: ({ url, publicClient }) => !isWeb(url) && !publicClient,
    says: () => 'Private-use schemes are for public clients: they need token_endpoint_auth_method none.',
  },
  {
    broken: ({ written, url }) => !isWeb(url) && !written.startsWith(`${url.protocol}/`),
    says: ({ url }) => `A path follows the scheme, as in ${url.protocol}/callback.`,
  },
  {
    // Compared exactly at /authorize: a spelling that browsers and libraries rewrite would never match.
    broken: ({ written, url }) => url.href !== written && url.origin !== written,
    says: ({ url }) => `Write it as the URL standard spells it: ${url.href}`,
  },
]

/**
 * What a developer may register (RFC 9700 §2.1, RFC 8252 §7 and §8.4): the first broken rule in words, or
 * undefined. Who controls the place is not checked; the consent page shows where it leads.
 */
export function findRedirectUriProblem(written: string, options: { publicClient: boolean }): string | undefined {
  const misspelt = SPELLING_RULES.find((rule) => rule.broken(written))
  if (misspelt) return misspelt.says(written)
  const candidate = { written, url: new URL(written), ...options }
  return URL_RULES.find((rule) => rule.broken(candidate))?.says(candidate)
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}

function isLoopback(url: URL): boolean {
  return LOOPBACK_HOSTS.has(url.hostname)
}
