import { cloudflareTest } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'
import { splitSchema } from './test/support/schema-sections.ts'

const ISSUER = 'http://localhost:8787'

/** Storage is isolated per file; every file starts with the schema applied. */
export const bindings = {
  ENVIRONMENT: 'development',
  ISSUER,
  OPERATOR_EMAILS: 'operator@example.com',
  KEY_WRAPPING_SECRETS: 'test-wrapping-secret-of-32-characters-or-more',
  EMAIL_CODE_SECRET: 'test-email-code-secret-of-32-characters',
  // Nothing listens on the discard port: tests in workerd look nothing up. Those that do are in test/served/.
  DOH_RESOLVER: 'https://127.0.0.1:9/dns-query',
}

/** What webhooks are told waits in the queue for longer than a file runs: test/served/ delivers it. */
const queueConsumers = { 'postern-webhooks': { maxBatchSize: 100, maxBatchTimeout: 60 } }

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: { ...bindings, TEST_SCHEMA: splitSchema() }, queueConsumers },
          }),
        ],
        test: {
          name: 'workers',
          // The first request of a file loads the whole Worker.
          testTimeout: 20_000,
          hookTimeout: 30_000,
          include: ['test/{flows,attacks,dashboard,objects,unit}/**/*.test.ts'],
          setupFiles: ['./test/support/workers/setup.ts'],
        },
      },
      {
        // The same Worker and objects, over bindings that fail on demand and are counted.
        plugins: [
          cloudflareTest({
            main: './test/support/workers/faulty-worker.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: { ...bindings, TEST_SCHEMA: splitSchema() }, queueConsumers },
          }),
        ],
        test: {
          name: 'faults',
          testTimeout: 20_000,
          hookTimeout: 30_000,
          include: ['test/faults/**/*.test.ts'],
          setupFiles: ['./test/support/workers/setup.ts'],
        },
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
          fileParallelism: false,
        },
      },
    ],
  },
})
