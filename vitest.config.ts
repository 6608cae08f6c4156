import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'
import { splitSchema } from './test/support/schema-sections.ts'

const ISSUER = 'http://localhost:8787'

export const bindings = {
  ENVIRONMENT: 'development',
  ISSUER,
  // The second is for the test that uses up all the mail that an address gets.
  OPERATOR_EMAILS: 'operator@example.com, besieged-operator@example.com',
  KEY_WRAPPING_SECRETS: 'test-wrapping-secret-of-32-characters-or-more',
  CREDENTIAL_SECRETS: 'test-credential-secret-of-32-characters-or-more',
  EMAIL_CODE_SECRET: 'test-email-code-secret-of-32-characters',
  // Nothing listens on the discard port: tests in workerd look nothing up. Those that do are in test/served/.
  DOH_RESOLVER: 'https://127.0.0.1:9/dns-query',
}

/** What webhooks are told stays in a queue that nobody reads: test/served/ delivers it. */
const queueProducers = { WEBHOOKS: 'postern-unread' }

/** `MODEL_SEQUENCES=2000 MODEL_SEED=1 npm exec -- vitest run test/objects/authority-model.test.ts` */
const model = {
  sequences: Number(process.env.MODEL_SEQUENCES ?? 100),
  seed: Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31),
}

const worker = (options: { main?: string } = {}) =>
  cloudflareTest({
    ...options,
    wrangler: { configPath: './wrangler.toml' },
    miniflare: { bindings: { ...bindings, TEST_SCHEMA: splitSchema(), TEST_MODEL: model }, queueProducers },
  })

const inWorkerd = {
  // The first request of a process loads the whole Worker.
  testTimeout: 20_000,
  hookTimeout: 30_000,
  // What is written behind an answer comes when the machine has time for it.
  expect: { poll: { timeout: 10_000 } },
  sequence: { setupFiles: 'list' as const },
}
const SETUP = './test/support/workers/setup.ts'
const ROOMS = 'test/{flows,attacks,dashboard,objects,unit}'
/** The suffix of files that need a deployment of their own. */
const ALONE = '**/*.alone.test.ts'

export default defineConfig({
  test: {
    // Two cores are what CI has; half of the time a file waits for something.
    maxWorkers: 2,
    projects: [
      {
        // One deployment for all files of a process, as in life: what a test asserts is about things that it made.
        plugins: [worker()],
        test: {
          ...inWorkerd,
          name: 'workers',
          include: [`${ROOMS}/**/*.test.ts`],
          exclude: [ALONE],
          isolate: false,
          setupFiles: [SETUP, './test/support/workers/shared-setup.ts'],
        },
      },
      {
        // What turns the deployment itself around, such as its signing keys: an empty one for each file.
        plugins: [worker()],
        test: { ...inWorkerd, name: 'alone', include: [`${ROOMS}/${ALONE}`], setupFiles: [SETUP] },
      },
      {
        // The same Worker and objects, over bindings that fail on demand and are counted.
        plugins: [worker({ main: './test/support/workers/faulty-worker.ts' })],
        test: { ...inWorkerd, name: 'faults', include: ['test/faults/**/*.test.ts'], setupFiles: [SETUP] },
      },
      {
        test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], environment: 'node' },
      },
      {
        test: {
          name: 'served',
          include: ['test/{races,browser,served}/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          globalSetup: ['./test/support/served-setup.ts'],
        },
      },
    ],
  },
})
