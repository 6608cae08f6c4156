import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Sealing } from '../../src/lib/sealed-credential.ts'
import { Browser, signIn } from '../support/browser.ts'
import { executeSql, querySql } from '../support/database.ts'
import { ensureDevVars, readCredentialSecrets } from '../support/dev-vars.ts'
import { demoClient, introspect, postToken, refreshForm } from '../support/flow.ts'
import { findFreePort, isPortFree } from '../support/ports.ts'
import { applySchema } from '../support/schema.ts'
import { DEMO_APP, demoCredentials, demoSql } from '../support/seed.ts'
import type { Seeded, Seeding } from '../support/seeding.ts'
import { endProcessGroup, ROOT } from '../support/wrangler.ts'
import { spawnWranglerDev, waitUntilReady } from '../support/wrangler-dev.ts'

/** Five steps of the clean-up, so that both kills come in the middle of it. */
const TOTAL = Number(process.env.CUT_OFF_GRANTS ?? 1000)
const GRANTS_EACH = 50
const ACCOUNTS = TOTAL / GRANTS_EACH
const ORGANIZATION = 'org_acme'
const ADMINISTRATOR = 'administrator@example.com'
const accountIds = Array.from({ length: ACCOUNTS }, (_, i) => `acc_${String(i).padStart(20, '0')}`)

/** The minute without progress after which the schedule wakes a job: the clock cannot be moved, what was written can. */
const STALL = 'UPDATE cut_off_jobs SET progressed_at = progressed_at - 60'

let folder: string
let port: number
let origin: string
let sealing: Sealing
let seeded: Seeded[]
let running: ChildProcess | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-cut-off-'))
  port = await findFreePort()
  origin = `http://localhost:${port}`
  const database = { remote: false, persistTo: folder } as const
  const devVars = join(ROOT, '.dev.vars')
  ensureDevVars(devVars)
  sealing = { issuer: origin, credentialSecrets: readCredentialSecrets(devVars) }
  await applySchema(database)
  await executeSql(database, (await demoSql(sealing)) + people())
  seeded = await seedGrants()
}, 600_000)

afterAll(async () => {
  await kill()
  await rm(folder, { recursive: true, force: true })
})

it(`ends ${TOTAL} grants at once, and cleans up although it is killed twice on the way`, async () => {
  await npmStart()
  const browser = new Browser((request) => fetch(request), origin)
  await signIn(browser, ADMINISTRATOR)
  const [first, last] = [seeded[0]!, seeded.at(-1)!]
  for (const { accessToken } of [first, last]) expect(await organizationsOf(accessToken)).toEqual([ORGANIZATION])

  const decided = await call(browser, 'PUT', `/decisions/${DEMO_APP.clientId}`, { decision: 'blocked' })
  expect(decided).toMatchObject({ decision: 'blocked' })

  // At once: long before the clean-up has come to the last of them.
  for (const { accessToken } of [first, last]) expect(await organizationsOf(accessToken)).toEqual([])
  const refreshed = await postToken(origin, refreshForm(demoClient(origin), last.refreshToken ?? ''))
  expect(refreshed).toMatchObject({ status: 200, scope: 'profile:read' })

  const before: number[] = []
  for (let crash = 0; crash < 2; crash++) {
    before.push(await progressAbove(browser, before.at(-1) ?? 0))
    await kill()
    await executeSql({ remote: false, persistTo: folder }, STALL)
    await npmStart()
  }
  expect(before[1]).toBeGreaterThan(before[0] ?? 0)
  expect(before[1]).toBeLessThan(TOTAL)

  await expect
    .poll(() => readJob(browser), { timeout: 240_000, interval: 1000 })
    .toMatchObject({
      finished_at: expect.any(Number),
      total: TOTAL,
      done: TOTAL,
      cause: 'app.blocked',
    })
  await expect.poll(countReaching, { timeout: 60_000, interval: 3000 }).toBe(0)
}, 900_000)

function people(): string {
  const accounts = accountIds.map((id) => `('${id}', '${id}@example.com', unixepoch())`)
  const members = accountIds.map((id) => `('${ORGANIZATION}', '${id}', 'member', unixepoch() - 60)`)
  return `
    INSERT INTO organizations (id, name, slug, created_at) VALUES ('${ORGANIZATION}', 'Acme', 'acme', unixepoch());
    INSERT INTO accounts (id, email, created_at) VALUES ${accounts.join(', ')}, ('acc_administrator', '${ADMINISTRATOR}', unixepoch());
    INSERT INTO members (organization_id, account_id, role, created_at) VALUES ${members.join(', ')}, ('${ORGANIZATION}', 'acc_administrator', 'owner', unixepoch() - 60);`
}

/** By the ledgers themselves, on the disk that `npm start` is then given. */
async function seedGrants(): Promise<Seeded[]> {
  const script = 'test/support/workers/seeding-worker.ts'
  const wrangler = spawnWranglerDev({ port, stdio: ['ignore', 'ignore', 'inherit'], persistTo: folder, script })
  await waitUntilReady(wrangler, origin)
  const tokens: Seeded[] = []
  for (let i = 0; i < accountIds.length; i += 20) {
    const seeding: Seeding = {
      accountIds: accountIds.slice(i, i + 20),
      grantsEach: GRANTS_EACH,
      clientId: DEMO_APP.clientId,
      organizationId: ORGANIZATION,
    }
    const response = await fetch(origin, { method: 'POST', body: JSON.stringify(seeding) })
    if (!response.ok) throw new Error(`seeding answered ${response.status}: ${await response.text()}`)
    tokens.push(...((await response.json()) as Seeded[]))
  }
  await endProcessGroup(wrangler)
  return tokens
}

async function npmStart(): Promise<void> {
  const child = spawn('npm', ['start', '--', '--persist-to', folder], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running = child
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => String(chunk).includes('introspects as') && resolve())
    child.once('exit', () => reject(new Error('npm start ended')))
  })
}

/** `kill -9` of workerd, and of all that `npm start` started: nobody has time to put anything in order. */
async function kill(): Promise<void> {
  if (!running) return
  const ended = once(running, 'exit')
  for (const processId of await descendants(running.pid!)) {
    try {
      process.kill(processId, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  await ended
  running = undefined
  while (!(await isPortFree(port))) await setTimeout(100)
}

/** Children first: who sees one die could otherwise still act. */
async function descendants(processId: number): Promise<number[]> {
  const children: number[] = []
  for (const thread of await readdir(`/proc/${processId}/task`).catch(() => [])) {
    const text = await readFile(`/proc/${processId}/task/${thread}/children`, 'utf8').catch(() => '')
    children.push(...text.split(' ').filter(Boolean).map(Number))
  }
  return [...(await Promise.all(children.map(descendants))).flat(), processId]
}

async function call(browser: Browser, method: string, path: string, body?: unknown) {
  const response = await browser.fetch(`/api/v1/organizations/${ORGANIZATION}${path}`, {
    method,
    headers: { Origin: origin, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return (await response.json()) as { items: { done: number; finished_at: number | null }[] }
}

const readJob = async (browser: Browser) => (await call(browser, 'GET', '/cut-off-jobs')).items[0]

async function progressAbove(browser: Browser, floor: number): Promise<number> {
  const deadline = AbortSignal.timeout(180_000)
  while (!deadline.aborted) {
    const job = await readJob(browser)
    if (job && job.done > floor) return job.done
    await setTimeout(20)
  }
  throw new Error('the job makes no progress')
}

const organizationsOf = async (accessToken: string) => {
  const answer = await introspect(origin, await demoCredentials(sealing), accessToken)
  return (answer as { organizations?: string[] }).organizations ?? []
}

async function countReaching(): Promise<unknown> {
  const sql = `SELECT count(*) AS grants FROM organization_grants WHERE organization_id = '${ORGANIZATION}'`
  const [row] = await querySql({ remote: false, persistTo: folder }, sql)
  return row?.grants
}
