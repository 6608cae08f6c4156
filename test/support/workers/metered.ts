import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Bindings } from '../../../src/env.ts'
import worker from '../../../src/index.ts'
import { faults, type Operation } from './faults.ts'
import { watchedEnv } from './watched-env.ts'
import { ISSUER } from './world.ts'

/** The Worker over bindings that count what it uses, whatever else its variables say. */
export class MeteredWorker {
  private readonly bindings: Bindings

  constructor(variables: Partial<Bindings> = {}) {
    this.bindings = watchedEnv({ ...env, ...variables }, { place: 'Worker', byAlarm: false })
  }

  /** One request, with what its Worker used until the answer and behind it. */
  async send(path: string, init: RequestInit): Promise<{ response: Response; operations: Operation[] }> {
    const { answer: response, operations } = await faults.watch(async () => {
      const context = createExecutionContext()
      const request = new Request(ISSUER + path, init) as Parameters<typeof worker.fetch>[0]
      const answered = await worker.fetch(request, this.bindings, context)
      await waitOnExecutionContext(context)
      return answered
    })
    return { response, operations }
  }

  /** A form, with the header that comes with a secret. */
  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    return this.send(path, {
      method: 'POST',
      headers: { ...form, ...headers },
      body: new URLSearchParams(fields).toString(),
    })
  }
}

/** What was asked of D1, of KV and of objects. */
export function countStores(operations: readonly Operation[]): { D1: number; KV: number; objects: string[] } {
  const calls = operations.filter(({ store }) => store !== 'D1' && store !== 'KV')
  const of = (name: string) => operations.filter(({ store }) => store === name).length
  return { D1: of('D1'), KV: of('KV'), objects: calls.map(({ store, method }) => `${store}.${method}`) }
}
