import { type Bindings, readConfig } from '../env.ts'
import { StorageUnavailable } from '../lib/storage.ts'
import { readAnnouncement } from './authorities-store.ts'
import { announceTo } from './authority-stub.ts'

const PATIENCE_MS = 2000

/**
 * Tells every authority what changed lately, so that nothing is signed any more that the change forbids. False: one of
 * them could not be told, and finds out by itself within five seconds. Also for requests that changed nothing: the one
 * before may have written and died before it could say so.
 */
export async function announceChanges(env: Bindings): Promise<boolean> {
  try {
    const { authorities, changes } = await readAnnouncement(env.DB, readConfig(env))
    if (Object.keys(changes).length === 0) return true
    const told = await Promise.all(authorities.map((name) => announceTo(env, name, changes, PATIENCE_MS)))
    return told.every(Boolean)
  } catch (error) {
    if (error instanceof StorageUnavailable) return false
    throw error
  }
}
