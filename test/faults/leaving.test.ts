import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { writeErasure } from '../../src/dashboard/account/erase.ts'
import { runScheduled } from '../../src/jobs.ts'
import { takeJobStep } from '../../src/ledger/job-step.ts'
import { currentTime } from '../../src/lib/clock.ts'
import { listEveryMembership } from '../../src/organizations/leaving-store.ts'
import { refreshWith } from '../support/workers/connect.ts'
import { Developer } from '../support/workers/developer.ts'
import { faults } from '../support/workers/faults.ts'
import {
  addressOf,
  count,
  jobFinished,
  newOrganization,
  newPublicApp,
  newUser,
  personalOf,
  viewsOf,
} from '../support/workers/leaving.ts'
import { takeConsoleErrors } from '../support/workers/setup.ts'
import { watchedEnv } from '../support/workers/watched-env.ts'
import { createApi, introspectAsApi } from '../support/workers/world.ts'

const watched = watchedEnv(env, { place: 'Worker', byAlarm: false })

beforeAll(createApi)
afterEach(() => faults.end())

/** Deletes an account as whoever dies before the job is started: it waits. */
async function deleteWithoutJob({ accountId }: Developer): Promise<string> {
  const [email, memberships] = [await addressOf(accountId), await listEveryMembership(env.DB, accountId)]
  const erasure = { accountId, email, memberships, inheritances: [], actor: accountId }
  expect(await writeErasure(env.DB, erasure, currentTime())).toBe(true)
  return personalOf(accountId)
}

/** Somebody with an app of their own that others use, and who uses an app of others. */
async function newLeaver() {
  const [leaver, user] = [await Developer.signIn(), await Developer.signIn()]
  const own = await newPublicApp(leaver)
  const others = await newPublicApp(user)
  const tokens = {
    given: (await newUser(others, leaver)).tokens,
    taken: (await newUser(own, user)).tokens,
    bystander: (await newUser(others, user)).tokens,
  }
  for (const { accountId } of [leaver, user]) await runDurableObjectAlarm(env.GRANT_LEDGER.getByName(accountId))
  return { leaver, user, own, others, tokens }
}

it.each(['refuse', 'lose_answer'] as const)(
  'the job behind a deleted account goes on wherever it was interrupted (%s)',
  async (manner) => {
    const { leaver, user, own, others, tokens } = await newLeaver()
    const organizationId = await deleteWithoutJob(leaver)
    const jobId = `job_end_${organizationId}`

    let interrupted = 0
    let finished = false
    // At its first step, at its second, and so on, until it comes through.
    for (let step = 0; !finished && step < 200; step++) {
      let steps = 0
      const failsNow = () => steps++ === step
      faults.inject({ store: 'D1', manner, when: failsNow }, { store: 'GrantLedger', manner, when: failsNow })
      try {
        finished = (await takeJobStep(watched, jobId)).finished
      } catch {
        interrupted++
      }
      faults.end()
      // What was delivered so far makes the next steps reachable.
      for (const { accountId } of [leaver, user]) await runDurableObjectAlarm(env.GRANT_LEDGER.getByName(accountId))
    }

    expect(interrupted).toBeGreaterThan(5) // control
    expect(finished).toBe(true)
    await jobFinished(organizationId)
    expect(await viewsOf(leaver.accountId)).toEqual([])
    expect(await count('grant_index WHERE account_id = ?', leaver.accountId)).toBe(0)
    expect(await count("grant_index WHERE client_id = ? AND state = 'active'", own.app.clientId)).toBe(0)
    expect(await refreshWith(tokens.given.refresh_token, others.app)).toMatchObject({ error: 'invalid_grant' })
    expect(await introspectAsApi(tokens.taken.access_token)).toEqual({ active: false })
    expect(await introspectAsApi(tokens.bystander.access_token)).toMatchObject({ active: true }) // control
    expect(await count("grant_index WHERE client_id = ? AND state = 'active'", others.app.clientId)).toBe(1) // control
  },
)

it('the scheduled run starts a job that could not be started', async () => {
  const person = await Developer.signIn()
  const organizationId = await deleteWithoutJob(person)
  expect(await count('cut_off_jobs WHERE organization_id = ? AND finished_at IS NULL', organizationId)).toBe(1)
  await runScheduled(env)
  await jobFinished(organizationId)
})

it('a closing of which the database does not answer has done all of it or nothing', async () => {
  const owner = await Developer.signIn()
  for (const manner of ['refuse', 'lose_answer'] as const) {
    const { id } = await newOrganization(owner)
    const app = await newPublicApp(owner, { organization_id: id })
    const { tokens } = await newUser(app)
    faults.inject({ store: 'D1', method: 'batch', manner })
    const { status } = await owner.call('DELETE', `/api/v1/organizations/${id}`)
    faults.end()
    expect(status).toBe(503)
    const done = manner === 'lose_answer'
    expect(await introspectAsApi(tokens.access_token)).toMatchObject({ active: !done })
    expect((await owner.call('GET', `/api/v1/organizations/${id}`)).status).toBe(done ? 404 : 200)
    // Asked again, it is closed in any case.
    expect((await owner.call('DELETE', `/api/v1/organizations/${id}`)).status).toBe(done ? 404 : 204)
    takeConsoleErrors()
  }
})
