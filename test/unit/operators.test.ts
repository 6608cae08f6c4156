import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { isOperator, type Session, signedInWithin } from '../../src/accounts/sessions.ts'
import { readConfig } from '../../src/env.ts'

const SESSION: Session = {
  idHash: 'hash',
  accountId: 'acc_1',
  email: 'operator@example.com',
  signedInAt: 1000,
  method: 'email_code',
  provedEmail: 'operator@example.com',
  formToken: 'token',
}
const config = readConfig({ ...env, OPERATOR_EMAILS: 'Operator@Example.com, second@example.com' })

it('makes operators of those who proved a listed address in this very session', () => {
  expect(isOperator(config, SESSION)).toBe(true)
  expect(isOperator(config, { ...SESSION, provedEmail: 'second@example.com' })).toBe(true)
})

it.each<[string, Partial<Session>]>([
  ['has the address, but proved none', { method: 'upstream', provedEmail: null }],
  ['proved another one', { provedEmail: 'other@example.com' }],
  ['proved a part of one', { provedEmail: 'operator@example' }],
  ['proved nothing', { provedEmail: '' }],
])('makes no operator of a session that %s', (_name, change) => {
  expect(isOperator(config, { ...SESSION, ...change })).toBe(false)
})

it('has no operators where none are listed', () => {
  const nobody = readConfig({ ...env, OPERATOR_EMAILS: '' })
  expect(isOperator(nobody, SESSION)).toBe(false)
  expect(isOperator(nobody, { ...SESSION, provedEmail: '' })).toBe(false)
})

it('knows how long ago the sign-in was', () => {
  expect(signedInWithin(SESSION, 900, 1900)).toBe(true)
  expect(signedInWithin(SESSION, 900, 1901)).toBe(false)
})
