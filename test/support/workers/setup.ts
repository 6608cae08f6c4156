import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import type { Bindings } from '../../../src/env.ts'
import type { Authority, GrantLedger, Limits, OneTime } from '../../../src/index.ts'

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {
      GRANT_LEDGER: DurableObjectNamespace<GrantLedger>
      AUTHORITY: DurableObjectNamespace<Authority>
      ONE_TIME: DurableObjectNamespace<OneTime>
      LIMITS: DurableObjectNamespace<Limits>
      /** How often, and from where, tests make things up. */
      TEST_MODEL: { sequences: number; seed: number }
      TEST_SCHEMA: { version: number; statements: string[] }[]
    }
    interface GlobalProps {
      mainModule: typeof import('../../../src/index.ts')
    }
  }
}

beforeAll(async () => {
  const applied = await env.DB.prepare("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").first()
  if (applied) return
  const statements = env.TEST_SCHEMA.flatMap((section) => section.statements)
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)))
})

const consoleError = console.error
let logged: unknown[][] = []

beforeEach(() => {
  logged = []
  console.error = (...args) => {
    logged.push(args)
  }
})

// An error that nobody expected is a failed test, even when every assertion held.
afterEach(() => {
  vi.useRealTimers()
  console.error = consoleError
  expect(logged, 'console.error was called; take it with takeConsoleErrors()').toEqual([])
})

/** For tests in which an error is the point: what was logged so far, which then no longer counts. */
export function takeConsoleErrors(): unknown[][] {
  return logged.splice(0)
}
