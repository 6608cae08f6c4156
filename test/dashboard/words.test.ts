import { beforeAll, expect, it } from 'vitest'
import { Developer } from '../support/workers/developer.ts'

let operator: Developer
beforeAll(async () => {
  operator = await Developer.signIn('operator@example.com')
})

/** What stands between tags, scripts and code aside. */
function wordsOf(html: string): string[] {
  const text = html.replaceAll(/<(script|style|code|pre)\b[\s\S]*?<\/\1>/g, ' ').replaceAll(/<[^>]*>/g, ' ')
  return text.match(/\w+/g) ?? []
}

/** `callStore`, as a renaming left it in a heading. */
const isNameInCode = (word: string) => /^[a-z]+[A-Z][a-z]/.test(word)

it.each([
  '/',
  '/account',
  '/account/delete',
  '/connections',
  '/developer',
  '/developer/apps/new',
  '/developer/apps/new/server',
  '/organizations',
  '/operator',
  '/operator/apps',
  '/operator/catalog',
])('speaks to people in words, and not in names from the code: %s', async (path) => {
  const { status, html } = await operator.browser.get(path)
  expect(status).toBe(200)
  const words = wordsOf(html)
  expect(words.length).toBeGreaterThan(10) // control
  expect(words.filter(isNameInCode)).toEqual([])
})

it('would notice one', () => {
  expect(wordsOf('<h2>You decide what apps may callStore</h2>').filter(isNameInCode)).toEqual(['callStore'])
})
