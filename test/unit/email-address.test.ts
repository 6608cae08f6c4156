import { describe, expect, it } from 'vitest'
import { type Bindings, ConfigurationError, readConfig } from '../../src/env.ts'
import { mailboxOf, normalizeAddressPart, parseEmailAddress } from '../../src/lib/email-address.ts'

describe('an address', () => {
  it.each([
    ['Anna@Example.COM', 'anna@example.com'],
    ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
    ['anna@XN--BCHER-KVA.example', 'anna@xn--bcher-kva.example'],
    ['anna@ｅｘａｍｐｌｅ．ｃｏｍ', 'anna@example.com'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['İ@example.com', 'i̇@example.com'],
  ])('%s has one spelling', (typed, address) => {
    expect(parseEmailAddress(typed)).toBe(address)
    expect(parseEmailAddress(address)).toBe(address)
  })

  it.each([
    'anna',
    'anna@',
    '@example.com',
    'anna@example',
    'anna@@example.com',
    'anna@b@example.com',
    'anna@example.com/path',
    'anna@example.com:25',
    'anna@127.0.0.1',
    'anna@[::1]',
    'anna@example..com',
    'anna@example.com\nbcc: x@example.com',
    'anna@exa\u200bmple .com',
    `anna@${'a'.repeat(250)}.com`,
  ])('%j is none', (typed) => {
    expect(parseEmailAddress(typed)).toBeUndefined()
  })
})

it.each([
  ['anna+news@example.com', 'anna@example.com'],
  ['+news@example.com', '+news@example.com'],
  ['a.n.n.a+x@googlemail.com', 'anna@gmail.com'],
  ['a.nna@example.com', 'a.nna@example.com'],
])('%s ends in the mailbox %s', (address, mailbox) => {
  expect(mailboxOf(address)).toBe(mailbox)
})

it.each([
  ['ANNA@Bücher.example', 'anna@xn--bcher-kva.example'],
  ['@bücher.example', '@xn--bcher-kva.example'],
  ['Jose\u0301', 'jos\u00e9'],
  ['acc_1', 'acc_1'],
])('whoever searches for %s looks for %s', (typed, part) => {
  expect(normalizeAddressPart(typed)).toBe(part)
})

describe('OPERATOR_EMAILS', () => {
  const base = {
    ENVIRONMENT: 'development',
    ISSUER: 'http://localhost:8787',
    KEY_WRAPPING_SECRETS: 'test-wrapping-secret-of-32-characters-or-more',
    CREDENTIAL_SECRETS: 'test-credential-secret-of-32-characters-or-more',
    EMAIL_CODE_SECRET: 'test-email-code-secret-of-32-characters',
  }
  const read = (list: string) => readConfig({ ...base, OPERATOR_EMAILS: list } as Bindings)

  it('are spelled as they sign in', () => {
    expect(read(' Anna@Bücher.example, bo@example.com ').operatorEmails).toEqual([
      'anna@xn--bcher-kva.example',
      'bo@example.com',
    ])
    expect(read('').operatorEmails).toEqual([])
  })

  it('that are no addresses are named, instead of making nobody an operator', () => {
    expect(() => read('anna')).toThrow(ConfigurationError)
    expect(() => read('anna')).toThrow('OPERATOR_EMAILS')
  })
})
