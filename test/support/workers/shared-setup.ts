import { env } from 'cloudflare:workers'
import { beforeAll } from 'vitest'
import { createFirstKeys } from '../../../src/authority/authority-stub.ts'
import { readConfig } from '../../../src/env.ts'

// Made at the real time: by a test that moves the clock, they would not sign yet for all who come after it.
beforeAll(() => createFirstKeys(env, readConfig(env)))
