import { afterAll, beforeAll } from 'vitest'
import { type HostileOrigin, startHostileOrigin } from './hostile-origin.ts'
import { type Resolver, startResolver } from './resolver.ts'
import { startWorkerd, type Workerd } from './server.ts'

/** The one server behind every name. */
interface Outside {
  /** For GUARDED_FETCH_TEST_ORIGIN. */
  origin: string
  stop(): Promise<void>
}

export interface World<Server extends Outside = HostileOrigin> {
  server: Workerd
  resolver: Resolver
  outside: Server
}

/** A running Worker whose outside world is the test's: every name and every server. */
export function useWorld(): () => World
export function useWorld<Server extends Outside>(startOutside: () => Promise<Server>): () => World<Server>
export function useWorld(startOutside: () => Promise<Outside> = startHostileOrigin): () => World<Outside> {
  let world: World<Outside> | undefined
  beforeAll(async () => {
    const [resolver, outside] = await Promise.all([startResolver(), startOutside()])
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
