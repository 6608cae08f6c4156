import { expect, it } from 'vitest'
import { findHostProblem } from '../../src/lib/public-host.ts'

it.each(['example.com', 'a.b.c.example.co.uk', 'xn--mnchen-3ya.example', '_dmarc.example.com', '1.example.com'])(
  '%s may be on the public internet',
  (host) => expect(findHostProblem(host)).toBeUndefined(),
)

it.each([
  ...['127.0.0.1', '8.8.8.8', '[::1]', '[2606:4700::1]'],
  ...['localhost', 'intranet', 'com'],
  ...['printer.local', 'api.internal', 'app.localhost', 'nas.home.arpa'],
  ...['example.com.', '.example.com', 'example..com', '', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}example`],
])('%s cannot be', (host) => expect(findHostProblem(host)).toMatch(/\.$/))

// What the URL parser makes of other spellings is what is judged.
it.each(['https://0x7f.1/', 'https://2130706433/', 'https://127.1/', 'https://LOCALHOST/', 'https://①②⑦.0.0.1/'])(
  'the host of %s cannot be',
  (address) => expect(findHostProblem(new URL(address).hostname)).toBeDefined(),
)
