import { env } from 'cloudflare:workers'
import { beforeAll } from 'vitest'
import { readConfig } from '../../../src/env.ts'
import { createFirstKeys } from '../../../src/keys/signing-keys.ts'

// Made at the real time: by a test that moves the clock, they would not sign yet for all who come after it.
beforeAll(() => createFirstKeys(env, readConfig(env)))
