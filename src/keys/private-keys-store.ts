import { z } from 'zod'
import type { EpochSeconds } from '../lib/clock.ts'
import { ownRow } from '../lib/columns.ts'
import type { Algorithm } from './algorithms.ts'

/** signing: in use or about to be. standby: published, waits for its turn. */
export type KeyState = 'signing' | 'standby'

/** A private key as its object keeps it: wrapped. */
export interface StoredKey {
  kid: string
  state: KeyState
  wrapped: string
  createdAt: EpochSeconds
  signsFrom: EpochSeconds
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS keys (
    kid TEXT PRIMARY KEY, alg TEXT NOT NULL, state TEXT NOT NULL, wrapped TEXT NOT NULL,
    created_at INTEGER NOT NULL, signs_from INTEGER NOT NULL, UNIQUE (alg, state)
  );
`

const INSERT = 'INSERT INTO keys (kid, alg, state, wrapped, created_at, signs_from) VALUES (?, ?, ?, ?, ?, ?)'

const toStoredKey = ownRow(
  z.object({
    kid: z.string(),
    state: z.enum(['signing', 'standby']),
    wrapped: z.string(),
    created_at: z.number(),
    signs_from: z.number(),
  }),
)

/**
 * The keys of one algorithm: at most one signs and at most one stands by; one that does neither is deleted, and only
 * its public half remains in D1.
 */
export class PrivateKeysStore {
  private readonly storage: DurableObjectStorage
  private readonly alg: Algorithm

  constructor(storage: DurableObjectStorage, alg: Algorithm) {
    this.storage = storage
    this.alg = alg
    storage.sql.exec(TABLES)
  }

  find(state: KeyState): StoredKey | undefined {
    const [row] = this.storage.sql.exec('SELECT * FROM keys WHERE alg = ? AND state = ?', this.alg, state).toArray()
    return row && toStoredKey(row)
  }

  list(): StoredKey[] {
    return this.storage.sql.exec('SELECT * FROM keys WHERE alg = ?', this.alg).toArray().map(toStoredKey)
  }

  /** Each takes the place of the key that had its state. */
  put(...keys: readonly StoredKey[]): void {
    this.storage.transactionSync(() => {
      for (const key of keys) this.replace(key)
    })
  }

  private replace(key: StoredKey): void {
    this.storage.sql.exec('DELETE FROM keys WHERE (alg = ? AND state = ?) OR kid = ?', this.alg, key.state, key.kid)
    const { kid, state, wrapped, createdAt, signsFrom } = key
    this.storage.sql.exec(INSERT, kid, this.alg, state, wrapped, createdAt, signsFrom)
  }

  /** Out of use at once; a standby takes over. */
  withdraw(kid: string): void {
    this.storage.transactionSync(() => {
      const wasSigning = this.find('signing')?.kid === kid
      this.delete(kid)
      const standby = this.find('standby')
      if (wasSigning && standby) this.put({ ...standby, state: 'signing', signsFrom: 0 })
    })
  }

  delete(kid: string): void {
    this.storage.sql.exec('DELETE FROM keys WHERE kid = ?', kid)
  }

  rewrap(kid: string, wrapped: string): void {
    this.storage.sql.exec('UPDATE keys SET wrapped = ? WHERE kid = ?', wrapped, kid)
  }
}
