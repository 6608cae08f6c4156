import type { Store } from '../../../src/lib/storage.ts'

/** Milliseconds there and back; a store that is not named is near. */
export type Distances = Partial<Record<Store, number>>

/** Where the distant Worker is told them. */
export const DISTANCES_PATH = '/bench/distances'
