import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sealing } from '../../src/lib/sealed-credential.ts'
import { buildWorker } from './build.ts'
import { ensureDevVars, readCredentialSecrets } from './dev-vars.ts'
import { findFreePort } from './ports.ts'
import { applySchema } from './schema.ts'
import { splitSchema, splitStatements } from './schema-sections.ts'
import { demoCredentials, demoSql, seedDemo } from './seed.ts'
import { type Database, type RunningWorker, startWorker } from './workerd.ts'
import { endProcessGroup, ROOT } from './wrangler.ts'
import { spawnWranglerDev, waitUntilReady } from './wrangler-dev.ts'

export interface Server {
  origin: string
  stop(): Promise<void>
}

/** `wrangler dev` as `npm start` runs it, on a free port, with storage and secrets of its own. */
export async function startWranglerDev(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-dev-'))
  const port = await findFreePort()
  const origin = `http://localhost:${port}`
  const database = { remote: false, persistTo: join(folder, 'state') } as const
  const secretsFile = join(folder, 'secrets.env')
  ensureDevVars(secretsFile)
  await applySchema(database)
  await seedDemo(database, { issuer: origin, credentialSecrets: readCredentialSecrets(secretsFile) })
  const wrangler = spawnWranglerDev({
    port,
    secretsFile,
    persistTo: database.persistTo,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await waitUntilReady(wrangler, origin)
  return {
    origin,
    async stop() {
      await endProcessGroup(wrangler)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface Workerd extends RunningWorker {
  database: Database
  /** What the demo's API introspects with. */
  demo: { id: string; secret: string }
  sealing: Sealing
}

const CREDENTIAL_SECRET = 'test-credential-secret-of-32-characters-or-more'

/** The built Worker alone in workerd, for whoever counts requests: races and the bench. Or another build of it. */
export async function startWorkerd(overrides: Record<string, string> = {}, script?: string): Promise<Workerd> {
  const server = await startWorker({
    script: script ?? (await buildWorker()),
    config: join(ROOT, 'wrangler.toml'),
    variables: (origin) => ({
      ENVIRONMENT: 'development',
      ISSUER: origin,
      OPERATOR_EMAILS: 'operator@example.com',
      KEY_WRAPPING_SECRETS: 'test-wrapping-secret-of-32-characters-or-more',
      CREDENTIAL_SECRETS: CREDENTIAL_SECRET,
      EMAIL_CODE_SECRET: 'test-email-code-secret-of-32-characters',
      ...overrides,
    }),
  })
  const database = await server.openDatabase()
  const sealing = { issuer: server.origin, credentialSecrets: [overrides.CREDENTIAL_SECRETS ?? CREDENTIAL_SECRET] }
  const statements = [
    ...splitSchema().flatMap((section) => section.statements),
    ...splitStatements(await demoSql(sealing)),
  ]
  await database.batch(statements.map((statement) => database.prepare(statement)))
  return { ...server, database, sealing, demo: await demoCredentials(sealing) }
}
