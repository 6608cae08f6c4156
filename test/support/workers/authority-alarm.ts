import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { authorityStub } from '../../../src/authority/authority-stub.ts'

/** An authority rings for what is due: here, for everything that it has to do by itself. */
export async function ringAuthority(name = 'weur'): Promise<void> {
  const stub = authorityStub(env, name)
  await runInDurableObject(stub, (_object, { storage }) => {
    storage.sql.exec("INSERT OR IGNORE INTO deadlines (duty, at_ms) VALUES ('usage', 1)")
    storage.sql.exec('UPDATE deadlines SET at_ms = 1')
  })
  await runDurableObjectAlarm(stub)
}
