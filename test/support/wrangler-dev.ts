import type { ChildProcess, StdioOptions } from 'node:child_process'
import { endProcessGroup, spawnWrangler } from './wrangler.ts'

const READY_TIMEOUT_MS = 60_000
const POLL_MS = 200

export interface WranglerDevOptions {
  port: number
  stdio: StdioOptions
  /** Left out: the folder that `npm start` uses. */
  persistTo?: string
  /** Left out: the one of wrangler.toml. */
  script?: string
  /** Replaces .dev.vars. */
  secretsFile?: string
}

/** `wrangler dev` as development runs it: its own issuer, and no port besides the one asked for. */
export function spawnWranglerDev({ port, stdio, persistTo, script, secretsFile }: WranglerDevOptions): ChildProcess {
  const vars = {
    ENVIRONMENT: 'development',
    ISSUER: `http://localhost:${port}`,
    OPERATOR_EMAILS: 'operator@example.com',
  }
  return spawnWrangler(
    [
      'dev',
      ...(script ? [script] : []),
      ...['--port', String(port), '--ip', 'localhost', '--inspector-port', '0'],
      ...['--show-interactive-dev-session', 'false', '--log-level', 'warn'],
      ...Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
      ...(persistTo ? ['--persist-to', persistTo] : []),
      ...(secretsFile ? ['--env-file', secretsFile] : []),
    ],
    { stdio },
  )
}

/** Until the server answers. Ends it when it does not: what was built may be broken, and its log says how. */
export async function waitUntilReady(wrangler: ChildProcess, origin: string): Promise<void> {
  const deadline = AbortSignal.timeout(READY_TIMEOUT_MS)
  while (!(await answers(origin, deadline))) {
    if (wrangler.exitCode !== null) throw new Error('wrangler dev ended before it answered')
    if (deadline.aborted) {
      await endProcessGroup(wrangler)
      throw new Error('wrangler dev did not answer within a minute')
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function answers(origin: string, signal: AbortSignal): Promise<boolean> {
  try {
    await fetch(`${origin}/.well-known/jwks.json`, { method: 'HEAD', signal })
    return true
  } catch {
    return false // refused until it listens, and cut off at the deadline: the caller knows which
  }
}
