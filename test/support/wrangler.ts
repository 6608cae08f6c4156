import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const WRANGLER = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url))
const GRACE_MS = 5_000

/**
 * wrangler on the Node that runs us: the machine's own may be too old for it. It leads a process group of its
 * own, because it starts workerd and esbuild, and whoever ends it must end those too.
 */
export function spawnWrangler(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' }
  return spawn(process.execPath, [WRANGLER, ...args], { cwd: ROOT, detached: true, ...options, env })
}

/** Standard output of a wrangler command, or an error with what it printed. */
export async function runWrangler(args: readonly string[]): Promise<string> {
  const child = spawnWrangler(args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const [exitCode] = await once(child, 'close')
  if (exitCode !== 0) throw new Error(`wrangler ${args.slice(0, 2).join(' ')} failed:\n${stdout}${stderr}`)
  return stdout
}

/** Ends the child and everything it started; returns when it is gone. */
export async function endProcessGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  const force = setTimeout(() => signalGroup(child.pid!, 'SIGKILL'), GRACE_MS)
  signalGroup(child.pid, 'SIGTERM')
  await ended
  clearTimeout(force)
}

function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal)
  } catch (error) {
    // It ended between our look and the signal: that is what we wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
