import { afterAll, beforeAll } from 'vitest'
import { startWorkerd, type Workerd } from './server.ts'

/** One running Worker for the tests of a file; ask for it inside a test. */
export function useWorkerd(): () => Workerd {
  let server: Workerd | undefined
  beforeAll(async () => {
    server = await startWorkerd()
  })
  afterAll(() => server?.stop())
  return () => {
    if (!server) throw new Error('the Worker runs only while tests do')
    return server
  }
}
