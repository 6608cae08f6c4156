import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Load, LoadResult } from './load.ts'

const LOAD = fileURLToPath(new URL('load.ts', import.meta.url))

/** The parent's end of the process that makes the load. */
export class LoadGenerator {
  private readonly child: ChildProcess = fork(LOAD, { serialization: 'advanced' })

  async run(load: Load): Promise<LoadResult> {
    this.child.send(load)
    const [answer] = (await once(this.child, 'message')) as [{ result?: LoadResult; error?: string }]
    if (!answer.result) throw new Error(answer.error)
    return answer.result
  }

  stop(): void {
    this.child.kill()
  }
}
