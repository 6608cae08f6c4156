import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { decodeProtectedHeader } from 'jose'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readAnnouncement } from '../../src/authority/authorities-store.ts'
import { authorityStub, createFirstKeys } from '../../src/authority/authority-stub.ts'
import { EVERYTHING } from '../../src/authority/facts.ts'
import { readConfig } from '../../src/env.ts'
import { currentTime } from '../../src/lib/clock.ts'
import { type Access, createAccess, newestRevision, questionAbout, SIGNER, tokenOf } from '../support/workers/access.ts'
import { changeByHand } from '../support/workers/by-hand.ts'
import { connect } from '../support/workers/connect.ts'
import { faults } from '../support/workers/faults.ts'
import { resign } from '../support/workers/forge.ts'
import { advance } from '../support/workers/time.ts'
import { createWorld, introspectAsApi } from '../support/workers/world.ts'

// Orders of events in which an authority could sign what is forbidden already.

const signer = () => authorityStub(env, SIGNER)
const readerOf = (name: string) => authorityStub(env, name)

const change = (sql: string, ...values: (string | number)[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const block = ({ organizationId, clientId }: Access) =>
  change(
    `INSERT INTO app_decisions (organization_id, client_id, decision, decided_by, decided_at) VALUES (?, ?, 'blocked', '', 0)
     ON CONFLICT DO UPDATE SET decision = 'blocked'`,
    organizationId,
    clientId,
  )
const unblock = ({ organizationId, clientId }: Access) =>
  change('DELETE FROM app_decisions WHERE organization_id = ? AND client_id = ?', organizationId, clientId)
const suspend = ({ clientId }: Access) => change('UPDATE apps SET suspended_at = 1 WHERE client_id = ?', clientId)

/** What a request would have said after the newest change; to this authority alone. */
const announce = async () => signer().announce(SIGNER, (await readAnnouncement(env.DB, readConfig(env))).changes)

const reaches = ({ organizationId }: Access) => ({ organizations: [organizationId] })
const reachesNothing = { organizations: [] }

const questionsOfAuthority = (work: () => Promise<unknown>) =>
  faults
    .watch(work)
    .then(({ operations }) => operations.filter(({ store, place }) => store === 'D1' && place === 'Authority').length)

beforeAll(() => createFirstKeys(env, readConfig(env)))
afterEach(() => faults.end())

let access: Access
beforeAll(async () => {
  access = await createAccess()
})

/** Nothing of this is known to be otherwise. */
async function warm(): Promise<Access> {
  const fresh = await createAccess()
  expect(await tokenOf(fresh)).toMatchObject(reaches(fresh)) // control
  return fresh
}

describe('a change that nobody announced', () => {
  it('holds after five seconds, although the authority was idle', async () => {
    access = await warm()
    await block(access)
    expect(await tokenOf(access)).toMatchObject(reaches(access)) // control: nobody has told

    advance(5)
    expect(await tokenOf(access)).toMatchObject(reachesNothing)
  })

  it('is found by the question that a busy authority asks behind its answer', async () => {
    access = await warm()
    await block(access)
    advance(3)
    faults.inject({ store: 'D1', place: 'Authority', manner: 'hold' })
    expect(await tokenOf(access)).toMatchObject(reaches(access)) // control: this answer does not wait
    faults.end()
    await expect.poll(() => tokenOf(access)).toMatchObject(reachesNothing)
  })

  it('holds after an eviction, whatever was known before', async () => {
    access = await warm()
    await block(access)
    await evictDurableObject(signer())
    expect(await tokenOf(access)).toMatchObject(reachesNothing)
  })

  it('is found when a later one is announced: fifteen arrives, fourteen is lost', async () => {
    access = await warm()
    await block(access)
    await change(`UPDATE apps SET optional_scopes = '["other:one"]' WHERE client_id = ?`, access.clientId)
    expect(await tokenOf(access)).toMatchObject(reaches(access)) // control

    await signer().announce(SIGNER, { [`app:${access.clientId}`]: await newestRevision() })
    expect(await tokenOf(access)).toMatchObject(reachesNothing)
  })
})

describe('a change that is announced', () => {
  it('holds at the next question, and so does its opposite', async () => {
    access = await warm()
    await block(access)
    await announce()
    expect(await tokenOf(access)).toMatchObject(reachesNothing)
    await unblock(access)
    await announce()
    expect(await tokenOf(access)).toMatchObject(reaches(access))
  })

  it('stops a token that is being signed', async () => {
    access = await createAccess()
    await change("UPDATE resources SET signing_alg = 'EdDSA' WHERE identifier = ?", access.resource)
    // What access rests on is known; the first key of this kind is made, and published, by whoever signs first.
    expect(await tokenOf(access, { scopes: [] })).toEqual({ refused: 'scope_missing' })
    const asked = await whileHeld(
      () => tokenOf(access),
      async () => {
        await suspend(access)
        await announce()
      },
    )
    expect(asked).toEqual({ refused: 'app_suspended' })

    await change('UPDATE apps SET suspended_at = NULL WHERE client_id = ?', access.clientId)
    await announce()
    expect(await tokenOf(access)).toMatchObject(reaches(access)) // control
  })

  it('counts although the first question of a cold authority, asked before, is answered later', async () => {
    access = await createAccess()
    const cold = `${SIGNER}/cold`
    const suspended = async () => {
      const outcome = await readerOf(cold).read({ authority: cold, access: { ...access, organizations: [] } })
      return outcome.outcome === 'read' && outcome.access?.circumstances.app.suspended
    }
    const asked = await whileHeld(suspended, async () => {
      await suspend(access)
      await readerOf(cold).announce(cold, (await readAnnouncement(env.DB, readConfig(env))).changes)
    })
    expect(asked).toBe(true)
    await change('UPDATE apps SET suspended_at = NULL WHERE client_id = ?', access.clientId)
    await readerOf(cold).announce(cold, (await readAnnouncement(env.DB, readConfig(env))).changes)
    expect(await suspended()).toBe(false) // control
  })

  it('counts although everything is forgotten while an older answer is under way', async () => {
    const other = await warm()
    access = await createAccess()
    await whileHeld(
      () => tokenOf(access),
      async () => {
        await suspend(access)
        await changeMore()
        advance(6)
        expect(await tokenOf(other)).toMatchObject(reaches(other))
      },
    )
    expect(await tokenOf(access)).toEqual({ refused: 'app_suspended' })
  })
})

describe('a database', () => {
  it('that was restored to an earlier revision makes everything forgotten', async () => {
    access = await warm()
    const before = await newestRevision()
    await block(access)
    await announce()
    expect(await tokenOf(access)).toMatchObject(reachesNothing) // control

    // As it was before the decision, with the revisions of then.
    await unblock(access)
    await change('DELETE FROM changes WHERE revision > ?', before)
    advance(5)
    expect(await tokenOf(access)).toMatchObject(reaches(access))
  })

  it('that was restored is noticed although it changed since, by the change that it does not know', async () => {
    access = await warm()
    const other = await createAccess()
    const before = await newestRevision()
    await block(access)
    await announce()
    expect(await tokenOf(access)).toMatchObject(reachesNothing) // control

    await unblock(access)
    await change('DELETE FROM changes WHERE revision > ?', before)
    await suspend(other)
    advance(5)
    expect(await newestRevision()).toBeGreaterThan(before) // control: by its revision alone it looks newer
    expect(await tokenOf(access)).toMatchObject(reaches(access))
  })

  it('that says that everything changed is read anew', async () => {
    access = await warm()
    expect(await questionsOfAuthority(() => tokenOf(access))).toBe(0) // control
    await changeByHand('INSERT INTO changed VALUES (?)', EVERYTHING)
    expect(await questionsOfAuthority(() => tokenOf(access))).toBeGreaterThan(0)
    expect(await tokenOf(access)).toMatchObject(reaches(access))
  })

  it('is asked once by all who find the same knowledge too old', async () => {
    access = await warm()
    advance(10)
    const all = () => Promise.all(Array.from({ length: 30 }, () => tokenOf(access)))
    expect(await questionsOfAuthority(all)).toBeLessThanOrEqual(1)
    advance(3)
    expect(await questionsOfAuthority(all)).toBeLessThanOrEqual(1)
  })

  it('that does not answer is not asked by everybody at once', async () => {
    access = await warm()
    advance(10)
    faults.inject({ store: 'D1', place: 'Authority', manner: 'hold' })
    const asking = () =>
      Promise.all(Array.from({ length: 30 }, async (_, i) => pause(i * 5).then(() => tokenOf(access))))
    expect(await questionsOfAuthority(asking)).toBeLessThanOrEqual(2)
  })
})

it('reads what changed since, and nothing else, when it is restarted over a hundred thousand facts', async () => {
  // One of its own: nothing that a test held is still on its way to it.
  const name = `${SIGNER}/many`
  const stub = () => readerOf(name)
  const [one, other] = [await createAccess(), await createAccess()]
  const decisionAbout = async ({ clientId, accountId, organizationId, resource }: Access) => {
    const access = { clientId, accountId, organizations: [organizationId], resource }
    const read = await stub().read({ authority: name, access })
    return read.outcome === 'read' ? read.access?.circumstances.memberships[0]?.decision : read.outcome
  }
  for (const access of [one, other]) expect(await decisionAbout(access)).toBeNull()
  const [revision, today] = [await newestRevision(), Math.floor(currentTime() / 86_400)]
  await runInDurableObject(stub(), (_object, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
       INSERT INTO facts (name, body, revision, changed_at, used_on)
       SELECT 'account:many_' || i, '{"suspendedAt":null,"grantsCountFrom":0,"memberships":[]}', ?, 0, ? FROM n`,
      revision,
      today,
    )
  })
  await evictDurableObject(stub())
  await block(other)

  expect(await questionsOfAuthority(async () => expect(await decisionAbout(one)).toBeNull())).toBe(1)
  expect(await decisionAbout(other)).toMatchObject({ kind: 'blocked' })
  const kept = await runInDurableObject(stub(), (_object, { storage }) =>
    storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM facts').one(),
  )
  expect(kept.n).toBeGreaterThan(100_000)
}, 60_000)

it('fails, and signs nothing, for a Worker whose questions it does not know', async () => {
  access = await warm()
  const question = { ...questionAbout(access), version: 2 as 1 }
  await expect(Promise.resolve(signer().issueIfAllowed(question))).rejects.toThrow('another version')
  expect(await tokenOf(access)).toMatchObject(reaches(access)) // control
})

describe('a kid that nobody knows', () => {
  it('costs one read a second, however often it is asked for', async () => {
    const name = `${SIGNER}/3`
    const read = (kid: string) => authorityStub(env, name).read({ authority: name, kid })
    await read('unknown')
    advance(2)
    const asking = () => Promise.all(Array.from({ length: 50 }, (_, i) => read(`unknown-${i}`)))
    expect(await questionsOfAuthority(asking)).toBeLessThanOrEqual(1)
    expect(await questionsOfAuthority(asking)).toBe(0)
    advance(1)
    expect(await questionsOfAuthority(asking)).toBeLessThanOrEqual(1)
  })
})

/** D1's answer to the first question of `asking` arrives only after `meanwhile`. */
async function whileHeld<T>(asking: () => Promise<T>, meanwhile: () => Promise<void>): Promise<T> {
  faults.inject({ store: 'D1', place: 'Authority', manner: 'hold_answer', when: once() })
  const asked = asking()
  await faults.holding()
  await meanwhile()
  faults.end()
  return asked
}

/** More subjects than an authority asks for one by one. */
const changeMore = () =>
  change(
    `WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 5001)
     INSERT INTO changed SELECT 'app:many-' || n FROM many`,
  )

describe('tokens that we did not sign', () => {
  const costOf = (made: readonly string[]) =>
    faults
      .watch(() => Promise.all(made.map(introspectAsApi)))
      .then(({ answer, operations }) => {
        expect(answer.every(({ active }) => !active)).toBe(true)
        return operations.filter(({ store, byAlarm }) => store === 'D1' && !byAlarm).length
      })

  it('cost one read a second of each reader, whoever they say they are of', async () => {
    const { browser, integration } = await createWorld()
    const { access_token: accessToken } = await connect(browser, integration)
    expect(await introspectAsApi(accessToken)).toMatchObject({ active: true }) // control
    const forged = () =>
      Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          resign(accessToken, { sub: `acc_forged_${i}`, client_id: `app_forged_${i}` }, { kid: `forged-${i}` }),
        ),
      )
    // The readers know nothing yet: one trip for the keys, and one for the first that is unknown.
    await costOf(await forged())
    advance(2)
    const READERS = 4
    expect(await costOf(await forged())).toBeLessThanOrEqual(READERS)
    expect(await costOf(await forged())).toBe(0)
  })

  it('cost nothing when they name a key of ours, and leave nothing behind, whatever else they name', async () => {
    const { browser, integration } = await createWorld()
    const { access_token: accessToken } = await connect(browser, integration)
    expect(await introspectAsApi(accessToken)).toMatchObject({ active: true }) // control
    const kid = String(decodeProtectedHeader(accessToken).kid)
    const forged = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        resign(accessToken, { client_id: `app_forged_${i}`, organizations: [`org_forged_${i}`] }, { kid }),
      ),
    )
    expect(await costOf(forged)).toBe(0)
    expect(await introspectAsApi(accessToken)).toMatchObject({ active: true })
  })

  it('cost nothing when they are no tokens at all', async () => {
    await introspectAsApi('warm')
    expect(await costOf(Array.from({ length: 40 }, (_, i) => `garbage.${i}`))).toBe(0)
  })
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function once(): () => boolean {
  let times = 0
  return () => times++ === 0
}
