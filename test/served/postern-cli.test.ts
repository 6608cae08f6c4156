import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { newEmail } from '../races/race.ts'
import { authorize, newPerson } from '../support/integration.ts'
import { useWorkerd } from '../support/use-workerd.ts'
import { ROOT } from '../support/wrangler.ts'

const server = useWorkerd()

/** The shell block of the README that connects as postern-cli, as a reader would paste it. */
function readScript(): string {
  const blocks = readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)
  const script = [...blocks].map(([, block]) => block ?? '').find((block) => block.includes("'postern-cli'"))
  if (!script) throw new Error('the README shows no script for postern-cli')
  return script
}

function run(script: string, origin: string): ChildProcessWithoutNullStreams {
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
  return spawn('sh', ['-c', script], { cwd: ROOT, env: { ...process.env, PATH, POSTERN: origin } })
}

/** Collects what the script prints, and waits for parts of it. */
function listen(child: ChildProcessWithoutNullStreams) {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const exit = once(child, 'close')
  return {
    waitFor: (pattern: RegExp) => expect.poll(() => pattern.exec(output), { timeout: 20_000 }).not.toBeNull(),
    match: (pattern: RegExp) => pattern.exec(output)?.[1] ?? '',
    exit: async () => Number((await exit)[0]),
  }
}

/** Runs the script as a person who signed in, up to the end; the optional scopes are what they tick. */
async function connect(email: string, optionalScopes: string[]) {
  const { origin } = server()
  const browser = await newPerson((request) => fetch(request), origin, email)
  const script = listen(run(readScript(), origin))
  const address = /^Open (http\S+)$/m
  await script.waitFor(address)
  const { pathname, search } = new URL(script.match(address))
  const callback = await authorize(browser, pathname + search, { scope: optionalScopes })
  expect(callback).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback\?code=/)
  expect((await fetch(callback)).status).toBe(200)
  return { exitCode: await script.exit(), match: script.match }
}

async function listApps(email: string) {
  const { results } = await server()
    .database.prepare(
      `SELECT client_id, client_name FROM apps JOIN organizations ON organizations.id = organization_id
         JOIN accounts ON accounts.id = personal_account_id WHERE email = ?`,
    )
    .bind(email)
    .all()
  return results
}

it('lets a script register an app by the own flow of the product', async () => {
  const email = newEmail()

  const { exitCode, match } = await connect(email, ['apps:write'])

  expect(exitCode).toBe(0)
  expect(await listApps(email)).toEqual([{ client_id: match(/client_id: '(app_[\w-]+)'/), client_name: 'My app' }])
})

it('gives the script no more than the person ticked', async () => {
  const email = newEmail()

  const { exitCode, match } = await connect(email, [])

  expect(exitCode).toBe(1)
  expect(match(/(OAUTH_WWW_AUTHENTICATE_CHALLENGE)/)).toBeTruthy()
  expect(await listApps(email)).toEqual([])
})
