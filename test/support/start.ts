import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureDevVars, readCredentialSecrets } from './dev-vars.ts'
import { isPortFree } from './ports.ts'
import { applySchema, OtherSchema } from './schema.ts'
import { demoCredentials, seedDemo } from './seed.ts'
import { endProcessGroup, ROOT } from './wrangler.ts'
import { spawnWranglerDev, waitUntilReady } from './wrangler-dev.ts'

const PARENT_POLL_MS = 1_000
const SCHEDULE_MS = 10_000

const { values: options } = parseArgs({ options: { 'persist-to': { type: 'string' } } })
const persist = options['persist-to'] ? { persistTo: options['persist-to'] } : {}
const port = Number(process.env.PORT || 8787)
const issuer = `http://localhost:${port}`

if (!Number.isInteger(port) || port < 1 || port > 65_535) refuse('PORT must be a number from 1 to 65535.')
if (!(await isPortFree(port))) {
  refuse(`Port ${port} is in use. Stop what runs there, or choose another: PORT=${port + 1} npm start`)
}

const devVars = join(ROOT, '.dev.vars')
ensureDevVars(devVars)
const sealing = { issuer, credentialSecrets: readCredentialSecrets(devVars) }
const demo = await demoCredentials(sealing)
await applySchema({ remote: false, ...persist }).catch((error: Error) => {
  if (!(error instanceof OtherSchema)) throw error
  refuse(error.message)
})
await seedDemo({ remote: false, ...persist }, sealing)

const wrangler = spawnWranglerDev({ port, stdio: ['ignore', 'inherit', 'inherit'], ...persist })
const stop = () => endProcessGroup(wrangler)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
// npm passes a signal to the shell between us, which ends without passing it on.
const parent = process.ppid
const watch = setInterval(() => process.ppid !== parent && stop(), PARENT_POLL_MS)
const ended = once(wrangler, 'exit')

await waitUntilReady(wrangler, issuer).then(printAddresses, (error: Error) => console.error(error.message))
// Cron triggers do not fire by themselves here, and a Workflow that ran when the server ended waits to be woken.
const schedule = setInterval(() => void runScheduled(), SCHEDULE_MS)
await ended
clearInterval(watch)
clearInterval(schedule)

async function runScheduled(): Promise<void> {
  try {
    await fetch(`${issuer}/cdn-cgi/local/scheduled`)
  } catch {
    // The server is ending, and says so itself.
  }
}

function printAddresses(): void {
  console.log(`
Postern is running at ${issuer}

  ${issuer}/                     what Postern is, and sign-in
  ${issuer}/developer            register and run your own apps
  ${issuer}/connections          what you allowed, and how to take it back
  ${issuer}/operator             everything there is, and a switch for each, for operators
  ${issuer}/demo                 an integration, step by step
  ${issuer}/dev/outbox           the mail that production would send, with the sign-in codes
  ${issuer}/api/v1/docs          the dashboard API

Sign in with any address; operator@example.com is an operator.
The demo API introspects as ${demo.id} / ${demo.secret}
`)
}

function refuse(reason: string): never {
  console.error(reason)
  process.exit(1)
}
