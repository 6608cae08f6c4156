import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readAnnouncement } from '../../src/authority/authorities-store.ts'
import { authorityStub } from '../../src/authority/authority-stub.ts'
import { readConfig } from '../../src/env.ts'
import { effectiveAccess } from '../../src/grants/effective-access.ts'
import { findConsentContext } from '../../src/ledger/consent-context-store.ts'
import { currentTime } from '../../src/lib/clock.ts'
import { SIGNER } from '../support/workers/access.ts'
import { change, circumstancesOf, createModel, grantOf, inOrder, perform } from '../support/workers/access-model.ts'

const READER = `${SIGNER}/1`

/** Of the three scopes and the two organizations, which a grant has; and whether it was given before a removal. */
const grant = fc.record({
  scopes: fc.subarray([0, 1, 2]),
  organizations: fc.subarray([0, 1]),
  before: fc.constantFrom(-1, 0, 1),
})

it('says the same of every grant to a page, which asks D1, and to a token, which asks a replica', {
  timeout: 120_000,
}, async () => {
  const { seed } = env.TEST_MODEL
  const config = readConfig(env)
  const outcomes = { allowed: 0, refused: 0 }
  const agree = async (
    changes: Parameters<typeof perform>[2][],
    grants: { scopes: number[]; organizations: number[]; before: number }[],
  ) => {
    const { names, model: first } = await createModel()
    const { clientId, accountId } = names
    const whole = grantOf(names)
    const now = currentTime()
    let model = first
    for (const one of changes) model = await perform(names, model, one, now)
    const reader = authorityStub(env, READER)
    await reader.announce(READER, (await readAnnouncement(env.DB, readConfig(env))).changes)

    const page = await findConsentContext(env.DB, config, clientId, { accountId })
    for (const { scopes, organizations, before } of grants) {
      const granted = {
        ...whole,
        scopes: scopes.flatMap((at) => whole.scopes[at] ?? []),
        organizations: organizations.flatMap((at) => whole.organizations[at] ?? []),
        consentedAfter: whole.consentedAfter + before,
      }
      const access = { clientId, accountId, organizations: granted.organizations, resource: granted.resource }
      const read = await reader.read({ authority: READER, access })
      if (!page || read.outcome !== 'read' || !read.access) throw new Error('the app is there')
      const said = inOrder(effectiveAccess(granted, page.circumstances, now))
      expect(inOrder(effectiveAccess(granted, read.access.circumstances, now))).toEqual(said)
      expect(inOrder(effectiveAccess(granted, circumstancesOf(names, model), now))).toEqual(said)
      outcomes['refused' in said ? 'refused' : 'allowed']++
    }
  }
  const states = fc.array(change, { minLength: 1, maxLength: 8 })
  await fc.assert(fc.asyncProperty(states, fc.array(grant, { minLength: 3, maxLength: 6 }), agree), {
    numRuns: 75,
    seed,
  })
  // Control: neither answer is the only one.
  expect(Math.min(outcomes.allowed, outcomes.refused)).toBeGreaterThan(20)
})
