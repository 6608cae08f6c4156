import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { findFreePort } from './ports.ts'

export type Database = Awaited<ReturnType<Miniflare['getD1Database']>>

export interface RunningWorker {
  /** Answered by the Worker itself: no proxy in between. */
  origin: string
  /** For set-up and for looking behind the answers. */
  openDatabase(): Promise<Database>
  /** What the cron triggers do. */
  runScheduled(): Promise<void>
  /** Of workerd, which runs the Worker and every store that it is bound to. */
  processId: number
  /** The same stores behind other variables, as after a deploy. Objects and isolates are new. */
  redeploy(changes: Record<string, string>): Promise<void>
  stop(): Promise<void>
}

export interface WorkerOptions {
  /** The built module. */
  script: string
  /** The wrangler.toml whose bindings it gets. */
  config: string
  /** Variables and secrets, over those of the configuration. */
  variables?: (origin: string) => Record<string, string>
}

/** One Worker in a workerd of its own, with real D1, KV and Durable Objects in a folder of its own. */
export async function startWorker({ script, config, variables }: WorkerOptions): Promise<RunningWorker> {
  const port = await findFreePort()
  const origin = `http://localhost:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'postern-workerd-'))
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config)
  const before = childProcesses()
  const options = (changes: Record<string, string>) =>
    convertV4MiniflareOptions({
      log: new Log(LogLevel.ERROR),
      resourcePersistencePath: folder,
      telemetry: { enabled: false },
      cf: false,
      workers: [
        {
          ...workerOptions,
          name: 'worker',
          modulesRoot: dirname(script),
          modules: [{ type: 'ESModule', path: script }],
          bindings: Object.assign({}, workerOptions.bindings, variables?.(origin), changes),
          unsafeDirectSockets: [{ host: 'localhost', port }],
        },
      ],
    })
  const miniflare = new Miniflare(options({}))
  await miniflare.ready
  const [processId] = [...childProcesses()].filter((id) => !before.has(id))
  if (processId === undefined) throw new Error('workerd is not a child of this process')
  return {
    origin,
    openDatabase: () => miniflare.getD1Database('DB'),
    async runScheduled() {
      const { outcome } = await (await miniflare.getWorker()).scheduled()
      if (outcome !== 'ok') throw new Error(`the scheduled run ended with ${outcome}`)
    },
    processId,
    redeploy: (changes) => miniflare.setOptions(options(changes)),
    async stop() {
      await miniflare.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function childProcesses(): Set<number> {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  return new Set(children.split(' ').filter(Boolean).map(Number))
}
