/** The one alarm of an object: set in the turn of the commit that asked for it, and never moved to a later time. */
export class Alarm {
  private readonly storage: DurableObjectStorage
  private setForMs: number | null
  private wantedAtMs: number | null = null

  constructor(storage: DurableObjectStorage, setForMs: number | null) {
    this.storage = storage
    this.setForMs = setForMs
  }

  /** Inside a commit: something will be due then. */
  want(atMs: number): void {
    this.wantedAtMs = Math.min(atMs, this.wantedAtMs ?? atMs)
  }

  /** Sets what the transaction wanted, once it holds. One that rolls back takes its wish with it. */
  around<T>(transaction: () => T): T {
    this.wantedAtMs = null
    const result = transaction()
    if (this.wantedAtMs !== null) this.set(this.wantedAtMs)
    return result
  }

  set(atMs: number): void {
    if (this.setForMs !== null && this.setForMs <= atMs) return
    this.setForMs = atMs
    void this.storage.setAlarm(atMs)
  }

  /** It rang, or was deleted with the storage: it is no longer set. */
  forget(): void {
    this.setForMs = null
  }
}
