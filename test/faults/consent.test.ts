import { afterEach, beforeAll, expect, it } from 'vitest'
import { answerConsent, type Integration } from '../support/integration.ts'
import { connect, obtainCode } from '../support/workers/connect.ts'
import { faults } from '../support/workers/faults.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { createWorld, introspectAsApi, type World } from '../support/workers/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterEach(() => faults.end())

it.each(['D1', 'OneTime'] as const)('shows a page that says try again when consent cannot reach %s', async (store) => {
  const { browser, integration } = world
  const authorization = await integration.begin({ prompt: 'consent' })

  faults.inject({ store })
  const page = await browser.get(authorization.path)
  expect(page).toMatchObject({ status: 503, location: null })
  expect(page.headers.get('Retry-After')).toBe('5')
  expect(page.headers.get('Content-Type')).toContain('text/html')
  expect(page.html).not.toContain('injected')
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  await finishAfter(integration, authorization, async () =>
    answerConsent(browser, await browser.get(authorization.path)),
  )
})

it('keeps a consent page usable while D1 fails', async () => {
  const { browser, integration } = world
  const authorization = await integration.begin({ prompt: 'consent' })
  const consentPage = await browser.get(authorization.path)

  faults.inject({ store: 'D1' })
  expect(await answerConsent(browser, consentPage)).toMatchObject({ status: 503, location: null })
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  await finishAfter(integration, authorization, () => answerConsent(browser, consentPage))
})

it('grants nothing when the ledger fails at consent, and starts again', async () => {
  const { browser, integration } = world
  const authorization = await integration.begin({ prompt: 'consent' })
  const consentPage = await browser.get(authorization.path)

  faults.inject({ store: 'GrantLedger' })
  expect(await answerConsent(browser, consentPage)).toMatchObject({ status: 503, location: null })
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  await finishAfter(integration, authorization, async () =>
    answerConsent(browser, await browser.get(authorization.path)),
  )
})

it('grants nothing when the grant gets no index in a status list, and starts again', async () => {
  const { browser, integration } = world
  const authorization = await integration.begin({ prompt: 'consent' })
  const consentPage = await browser.get(authorization.path)

  faults.inject({ store: 'D1', place: 'GrantLedger', method: 'first' })
  expect(await answerConsent(browser, consentPage)).toMatchObject({ status: 503, location: null })
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  await finishAfter(integration, authorization, async () =>
    answerConsent(browser, await browser.get(authorization.path)),
  )
})

it.each(['KV', 'Authority'] as const)('asks for consent without %s', async (store) => {
  const { browser, integration } = world
  faults.inject({ store })
  expect((await obtainCode(browser, integration, { prompt: 'consent' })).code).toMatch(/^pst_code_/)
})

it('does not send the app an error, and does not ask again, while the ledger cannot say what was granted', async () => {
  const { browser, integration } = world
  await connect(browser, integration)
  const authorization = await integration.begin()

  faults.inject({ store: 'GrantLedger' })
  expect(await browser.get(authorization.path)).toMatchObject({ status: 503, location: null })
  expect(takeConsoleErrors()).toHaveLength(1)
  faults.end()

  await finishAfter(integration, authorization, () => browser.get(authorization.path))
})

/** The same request goes through once the fault is over. */
async function finishAfter(
  integration: Integration,
  authorization: Parameters<Integration['finish']>[1],
  consent: () => ReturnType<typeof answerConsent>,
): Promise<void> {
  const { location } = await consent()
  const tokens = await integration.finish(location ?? '', authorization)
  expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: true })
}
