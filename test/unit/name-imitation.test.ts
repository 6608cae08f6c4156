import { describe, expect, it } from 'vitest'
import { findImitationProblem } from '../../src/apps/name-imitation.ts'

const names = { deployment: ['Postern', 'id.example.com'], apps: ['Acme Mail', 'Bill', 'Яблоко', '🚪🚪'] }
const problemOf = (name: string) => findImitationProblem(name, names)

describe('the name of another app', () => {
  it.each([
    'Acme Mail',
    'acme mail',
    'ACME MAIL',
    'AcmeMail',
    'Acme-Mail',
    ' Acme  Mail! ',
    'Ácmè Mäil',
    'Ａｃｍｅ　Ｍａｉｌ',
    '𝐀𝐜𝐦𝐞 𝐌𝐚𝐢𝐥',
    'Acme Maiℓ',
    'Acrne Mail',
    'Acr\u200ane Mail',
    'Acme\u200aMail',
    'ꓮⲥmе Mаil',
    'Acmҽ Mail',
    'Αсме Маіl',
    'BiIl',
    'Bi11',
    'BILL',
    'ЯБЛОКО',
    '🚪🚪',
    '🚪\ufe0f🚪',
  ])('is %s as well', (name) => expect(problemOf(name)).toBeDefined())

  it.each([
    'Acme Mailer',
    'Acme',
    'Mail',
    'Acme Mall',
    'Ball',
    'Яблоко плюс',
    '🚪',
    'Release notes',
    '邮件',
    'Ünïcode ✓',
  ])('is not %s', (name) => expect(problemOf(name)).toBeUndefined())
})

describe('a name of this deployment', () => {
  it.each([
    'Postern',
    'P0stern',
    'Póstern',
    'Postem',
    'POSTERN',
    'Postern Support',
    'id.example.com',
    'ID Example Com',
  ])('is %s', (name) => expect(problemOf(name)).toContain('this service'))

  it.each(['Backup for Postern', 'Posterns', 'Posternity', 'example.com'])('is not %s', (name) =>
    expect(problemOf(name)).toBeUndefined(),
  )
})

describe('a word of two scripts that look alike', () => {
  it.each(['Рaypal', 'Gооgle', 'Αpple', 'ЯндекcMail', 'Release nоtes'])('is in %s', (name) =>
    expect(problemOf(name)).toContain('scripts'),
  )

  it.each(['Яндекс Mail', 'Почта', 'Ελλάδα App', 'LINEアプリ', '東京Metro', '한국Mail', 'App 日本語'])(
    'is not in %s',
    (name) => expect(problemOf(name)).toBeUndefined(),
  )
})
