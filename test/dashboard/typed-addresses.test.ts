import { expect, it } from 'vitest'
import { anApp, Developer } from '../support/workers/developer.ts'

const TYPED = 'Anna@Schlösser.example'
const STORED = 'anna@xn--schlsser-q4a.example'

it.each([TYPED, '@schlösser.example', STORED])('an operator finds an account by the address %s', async (typed) => {
  const operator = await Developer.signIn('operator@example.com')
  const { accountId } = await Developer.signIn(STORED)
  const found = await operator.call('GET', `/api/v1/operator/accounts?q=${encodeURIComponent(typed)}`)
  expect(found.body.items).toMatchObject([{ id: accountId, name: STORED }])
  const page = await operator.browser.get(`/operator/accounts?q=${encodeURIComponent(typed)}`)
  expect(page.html).toContain(STORED)
  const byId = await operator.call('GET', `/api/v1/operator/accounts?q=${accountId}`)
  expect(byId.body.items).toMatchObject([{ id: accountId }])
  const nobody = await operator.call('GET', `/api/v1/operator/accounts?q=${encodeURIComponent(`x${typed}`)}`)
  expect(nobody.body.items).toEqual([]) // control
})

it('contacts of an app are kept as addresses are, however they were typed', async () => {
  const developer = await Developer.signIn()
  const registered = await developer.call('POST', '/api/v1/apps', anApp({ contacts: [TYPED, ` ${STORED} `] }))
  expect(registered.body).toMatchObject({ contacts: [STORED, STORED] })
  const refused = await developer.call('POST', '/api/v1/apps', anApp({ contacts: ['anna'] }))
  expect(refused.body.errors).toEqual([{ pointer: '/contacts/0', detail: 'This is not an e-mail address.' }])
})
