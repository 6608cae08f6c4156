/** What the seeding worker (workers/seeding-worker.ts) is asked for: grants by the thousand, without the HTTP. */
export interface Seeding {
  accountIds: string[]
  grantsEach: number
  clientId: string
  organizationId: string
}

/** The tokens of one grant of an account. */
export interface Seeded {
  accessToken: string
  refreshToken: string | null
}
