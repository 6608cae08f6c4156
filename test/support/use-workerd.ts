import { afterAll, beforeAll } from 'vitest'
import { startWorkerd, type Workerd } from './server.ts'

/** One running Worker for the tests of a file, `overrides` among its variables; ask for it inside a test. */
export function useWorkerd(overrides?: Record<string, string>): () => Workerd {
  let server: Workerd | undefined
  beforeAll(async () => {
    server = await startWorkerd(overrides)
  })
  afterAll(() => server?.stop())
  return () => {
    if (!server) throw new Error('the Worker runs only while tests do')
    return server
  }
}
