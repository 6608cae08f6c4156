import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Browser, signIn } from '../support/browser.ts'
import { findFreePort, isPortFree } from '../support/ports.ts'
import { ROOT } from '../support/wrangler.ts'

const running: { child: ChildProcess; port: number }[] = []
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-start-'))
})

afterEach(async () => {
  await Promise.all(running.splice(0).map(stop))
  await rm(folder, { recursive: true, force: true })
})

it('keeps what people did when it is ended and starts again', async () => {
  const port = await findFreePort()
  const first = await npmStart(port)
  const browser = new Browser((request) => fetch(request), first.origin)
  expect((await signIn(browser, 'ann@example.com')).status).toBe(303)
  await stop(first)

  await npmStart(port)

  const account = await browser.get('/account')
  expect(account.status).toBe(200)
  expect(account.html).toContain('ann@example.com')
})

it('says what to do when the port is taken', async () => {
  const port = await findFreePort()
  await npmStart(port)

  const { exitCode, output } = await runToTheEnd(port)

  expect(exitCode).toBe(1)
  expect(output).toContain(`Port ${port} is in use`)
  expect(output).toContain(`PORT=${port + 1} npm start`)
})

it('prints addresses that answer', async () => {
  const { output } = await npmStart(await findFreePort())

  const addresses = output.match(/http:\/\/localhost:\d+\S*/g) ?? []
  expect(addresses.length).toBeGreaterThanOrEqual(5)
  for (const address of new Set(addresses)) expect((await fetch(address)).status, address).toBe(200)
})

/** Until it printed where to go. */
async function npmStart(port: number) {
  const child = spawnNpmStart(port)
  running.push({ child, port })
  let output = ''
  const printed = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      output += chunk
      if (output.includes('introspects as')) resolve()
    })
    child.once('exit', () => reject(new Error(`npm start ended:\n${output}`)))
  })
  await printed
  return { child, port, origin: `http://localhost:${port}`, output }
}

async function runToTheEnd(port: number): Promise<{ exitCode: number | null; output: string }> {
  const child = spawnNpmStart(port)
  let output = ''
  child.stderr?.on('data', (chunk) => {
    output += chunk
  })
  await once(child, 'close')
  return { exitCode: child.exitCode, output }
}

function spawnNpmStart(port: number): ChildProcess {
  return spawn('npm', ['start', '--', '--persist-to', folder], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** npm may end before the server does: the port tells when that has happened. */
async function stop({ child, port }: { child: ChildProcess; port: number }): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await expect.poll(() => isPortFree(port), { timeout: 20_000 }).toBe(true)
}
