import type { EpochSeconds } from '../lib/clock.ts'
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
    kid TEXT PRIMARY KEY, state TEXT NOT NULL UNIQUE, wrapped TEXT NOT NULL,
    created_at INTEGER NOT NULL, signs_from INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS identity (alg TEXT NOT NULL, shard TEXT NOT NULL);
`

type KeyRow = { kid: string; state: KeyState; wrapped: string; created_at: number; signs_from: number }

/** At most one key signs and at most one stands by; one that does neither is deleted, only its public half remains in D1. */
export class PrivateKeysStore {
  private readonly storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.storage = storage
    storage.sql.exec(TABLES)
  }

  find(state: KeyState): StoredKey | undefined {
    const [row] = this.storage.sql.exec<KeyRow>('SELECT * FROM keys WHERE state = ?', state).toArray()
    return row && toStoredKey(row)
  }

  list(): StoredKey[] {
    return this.storage.sql.exec<KeyRow>('SELECT * FROM keys').toArray().map(toStoredKey)
  }

  /** Each takes the place of the key that had its state. */
  put(...keys: readonly StoredKey[]): void {
    this.storage.transactionSync(() => {
      for (const key of keys) this.replace(key)
    })
  }

  private replace(key: StoredKey): void {
    this.storage.sql.exec('DELETE FROM keys WHERE state = ? OR kid = ?', key.state, key.kid)
    this.storage.sql.exec(
      'INSERT INTO keys (kid, state, wrapped, created_at, signs_from) VALUES (?, ?, ?, ?, ?)',
      key.kid,
      key.state,
      key.wrapped,
      key.createdAt,
      key.signsFrom,
    )
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

  identity(): { alg: Algorithm; shard: string } | undefined {
    return this.storage.sql.exec<{ alg: Algorithm; shard: string }>('SELECT alg, shard FROM identity').toArray()[0]
  }

  /** An alarm is not told the name of its object. */
  rememberIdentity(alg: string, shard: string): void {
    if (!this.identity()) this.storage.sql.exec('INSERT INTO identity (alg, shard) VALUES (?, ?)', alg, shard)
  }
}

function toStoredKey(row: KeyRow): StoredKey {
  return {
    kid: row.kid,
    state: row.state,
    wrapped: row.wrapped,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
  }
}
