import { expect, it } from 'vitest'
import type { AllowedRecipient } from '../../src/accounts/mail-limits.ts'
import { codeMail } from '../../src/sign-in/code-mail.ts'

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36'

function mailFor(userAgent: string, cf?: CfProperties) {
  const headers = { 'User-Agent': userAgent }
  const request = new Request('https://auth.example/sign-in', { headers, ...(cf && { cf }) })
  return codeMail(request, 'person@example.com' as AllowedRecipient, '01234567', 'https://auth.example')
}

it.each([
  [CHROME, 'Chrome on Windows'],
  [`${CHROME} Edg/150.0`, 'Edge on Windows'],
  [`${CHROME} OPR/120.0`, 'Opera on Windows'],
  ['Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0', 'Firefox on Android'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile/15E148 Safari/604.1', 'Safari on iOS'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/26.0 Safari/605.1.15', 'Safari on macOS'],
  ['curl/8.0', 'curl'],
  ['', 'an unknown browser'],
])('names the browser %s', (userAgent, name) => {
  expect(mailFor(userAgent).text).toContain(`asked for in ${name}, `)
})

it('names the place as far as it is known', () => {
  expect(mailFor(CHROME, { city: 'Lisbon', country: 'PT' }).text).toContain('near Lisbon, PT')
  expect(mailFor(CHROME, { country: 'PT' }).text).toContain('near PT')
  expect(mailFor(CHROME).text).toContain('at an unknown place')
})

it('repeats nothing that the browser says about itself', () => {
  const mail = mailFor('Call +1 555 0100 now https://evil.example Firefox/1')
  expect(mail.text).not.toContain('evil.example')
  expect(mail).toMatchObject({ to: 'person@example.com', subject: '01234567 is your code for auth.example' })
})
