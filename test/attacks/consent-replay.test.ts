import { expect, it } from 'vitest'
import { answerConsent } from '../support/integration.ts'
import { createWorld, newBrowser, PUBLIC_SETTINGS, SETTINGS } from '../support/workers/world.ts'

it('gives one code for one consent page, however often it is sent', async () => {
  const { browser, integration } = await createWorld()
  const page = await browser.get((await integration.begin()).path)
  const first = await answerConsent(browser, page)
  expect(new URL(first.location ?? '').searchParams.has('code')).toBe(true) // control

  const second = await answerConsent(browser, page)

  expect(second).toMatchObject({ status: 400, location: null })
})

it('cannot be denied after it was allowed, nor allowed after it was denied', async () => {
  const { browser, integration } = await createWorld()
  const page = await browser.get((await integration.begin()).path)
  const denied = await answerConsent(browser, page, { decision: 'deny' })
  expect(new URL(denied.location ?? '').searchParams.get('error')).toBe('access_denied')

  expect(await answerConsent(browser, page)).toMatchObject({ status: 400, location: null })
})

it('is worth nothing in another browser, another session, or without its form token', async () => {
  const { browser, integration } = await createWorld({ ...SETTINGS, visibility: 'private' })
  const page = await browser.get((await integration.begin()).path)
  const stranger = await newBrowser()
  expect(await answerConsent(stranger, page)).toMatchObject({ status: 403, location: null })
  expect(await answerConsent(browser, page, { form_token: 'x' })).toMatchObject({ status: 403, location: null })
  const foreign = { Origin: 'https://evil.example' }
  const fields = { consent: 'x', form_token: 'x', decision: 'allow' }
  expect(await browser.post('/authorize', fields, foreign)).toMatchObject({ status: 403, location: null })

  expect((await answerConsent(browser, page)).status).toBe(303) // control: none of that used it up
})

it('does not survive a change of account in the same browser', async () => {
  const { browser, integration } = await createWorld(PUBLIC_SETTINGS)
  const page = await browser.get((await integration.begin()).path)
  const other = await newBrowser()
  browser.setCookie('__Host-postern-session', other.cookie('__Host-postern-session') ?? '')
  const otherToken = /name="form_token" value="([^"]+)"/.exec((await browser.get('/account')).html)?.[1] ?? ''

  expect(await answerConsent(browser, page, { form_token: otherToken })).toMatchObject({ status: 400, location: null })
})
