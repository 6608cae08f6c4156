import { afterAll, beforeAll } from 'vitest'
import { type HostileOrigin, startHostileOrigin } from './hostile-origin.ts'
import { type Resolver, startResolver } from './resolver.ts'
import { startWorkerd, type Workerd } from './server.ts'

export interface World {
  server: Workerd
  resolver: Resolver
  outside: HostileOrigin
}

/** A running Worker whose outside world is the test's: every name and every server. */
export function useWorld(): () => World {
  let world: World | undefined
  beforeAll(async () => {
    const [resolver, outside] = await Promise.all([startResolver(), startHostileOrigin()])
    const variables = { DOH_RESOLVER: resolver.address, GUARDED_FETCH_TEST_ORIGIN: outside.origin }
    world = { server: await startWorkerd(variables), resolver, outside }
  })
  afterAll(async () => {
    await world?.server.stop()
    await Promise.all([world?.resolver.stop(), world?.outside.stop()])
  })
  return () => {
    if (!world) throw new Error('the world exists only while tests run')
    return world
  }
}
