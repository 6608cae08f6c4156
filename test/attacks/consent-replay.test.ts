import { expect, it } from 'vitest'
import type { Page } from '../support/browser.ts'
import { answerConsent } from '../support/integration.ts'
import { createWorld, newBrowser, PUBLIC_SETTINGS, SETTINGS, type World } from '../support/workers/world.ts'

const codeOf = ({ location }: Page) => new URL(location ?? 'about:blank').searchParams.get('code')
const errorOf = ({ location }: Page) => new URL(location ?? 'about:blank').searchParams.get('error')

async function openConsent({ browser, integration }: World) {
  const authorization = await integration.begin()
  return { page: await browser.get(authorization.path), authorization }
}

it('gives one code for one consent page, however often it is sent', async () => {
  const world = await createWorld()
  const { page, authorization } = await openConsent(world)
  const first = await answerConsent(world.browser, page)
  expect(codeOf(first)).toMatch(/^pst_code_/) // control

  const second = await answerConsent(world.browser, page)

  expect(second).toMatchObject({ status: 303, location: first.location })
  const tokens = await world.integration.finish(second.location ?? '', authorization)
  expect(await world.integration.introspect(tokens.access_token)).toMatchObject({ active: true })
})

it('cannot be allowed after it was denied, nor grant more when it is sent with other boxes ticked', async () => {
  const world = await createWorld()
  const { page: denied } = await openConsent(world)
  expect(errorOf(await answerConsent(world.browser, denied, { decision: 'deny' }))).toBe('access_denied')
  expect(await answerConsent(world.browser, denied)).toMatchObject({ status: 409, location: null })

  const { path } = await world.integration.begin({ scope: 'projects:read projects:write' })
  const page = await world.browser.get(path)
  expect(codeOf(await answerConsent(world.browser, page))).toMatch(/^pst_code_/) // control
  const more = await answerConsent(world.browser, page, { scope: 'projects:write' })
  expect(more).toMatchObject({ status: 409, location: null })
})

it('is worth nothing in another browser, another session, or without its form token', async () => {
  const world = await createWorld({ ...SETTINGS, visibility: 'private' })
  const { browser } = world
  const { page } = await openConsent(world)
  const stranger = await newBrowser()
  expect(await answerConsent(stranger, page)).toMatchObject({ status: 403, location: null })
  expect(await answerConsent(browser, page, { form_token: 'x' })).toMatchObject({ status: 409, location: null })
  const foreign = { Origin: 'https://evil.example' }
  const fields = { consent: 'x', form_token: 'x', decision: 'allow' }
  expect(await browser.post('/authorize', fields, foreign)).toMatchObject({ status: 403, location: null })

  const first = await answerConsent(browser, page)
  expect(codeOf(first)).toMatch(/^pst_code_/) // control: none of that used it up

  // Nor is the answer that was given told to anybody else.
  expect(codeOf(await answerConsent(stranger, page))).toBeNull()
  expect(codeOf(await answerConsent(browser, page, { form_token: 'x' }))).toBeNull()
  expect(codeOf(await browser.post('/authorize', fields, foreign))).toBeNull()
  expect(codeOf(await answerConsent(browser, page))).toBe(codeOf(first)) // control
})

it('does not survive a change of account in the same browser', async () => {
  const world = await createWorld(PUBLIC_SETTINGS)
  const { browser } = world
  const { page } = await openConsent(world)
  const other = await newBrowser()
  browser.setCookie('postern-session', other.cookie('postern-session') ?? '')
  const otherToken = /name="form_token" value="([^"]+)"/.exec((await browser.get('/account')).html)?.[1] ?? ''

  const answer = await answerConsent(browser, page, { form_token: otherToken })

  expect(answer).toMatchObject({ status: 403, location: null })
  expect(answer.html).toContain('private app') // the other account is no member of its organization
})

it('cannot be made to ask for another app than it showed: what it carries only asks anew', async () => {
  const world = await createWorld()
  const { page } = await openConsent(world)
  await answerConsent(world.browser, page, { decision: 'deny' })
  const evil = await createWorld({ ...SETTINGS, client_name: 'Somebody else' })
  const { path } = await evil.integration.begin()

  const answer = await answerConsent(world.browser, page, { request: new URL(path, 'https://x').search })

  expect(answer).toMatchObject({ status: 403, location: null })
})
