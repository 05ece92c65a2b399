import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url))

/** Tests read the sources, not the build: a change is tested without a build in between. */
const alias = [
  { find: /^@tollgate\/kit$/, replacement: source('kit/src/index.ts') },
  { find: /^@tollgate\/kit\/(.+)$/, replacement: source('kit/src/$1/index.ts') },
  { find: /^@tollgate\/testing$/, replacement: source('testing/src/index.ts') },
  { find: /^tollgate$/, replacement: source('gateway/src/index.ts') },
]

/** Rooms whose tests assemble what they need in their own process, and leave nothing behind. */
const ASSEMBLED =
  'test/{abuse,access,admin,audit,budget,cache,clients,core,limits,meter,owners,passing,providers,realtime}/**'

export default defineConfig({
  resolve: { alias },
  test: {
    testTimeout: 60_000,
    // What is to come true must not fail because the machine has other work: nobody waits so long where it does.
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // Much of a test is waiting for processes that it has started: two files at once, on two cores too. Three took no less time.
    maxWorkers: 2,
    // The ledger's tests run on a real Redis, which a fresh machine does not have.
    globalSetup: './test/support/redis/install.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          exclude: ['**/*.apart.test.ts'],
          // A module is loaded once for all files: loading them anew for each took longer than the tests.
          isolate: false,
        },
      },
      // Tests that put something in a module's place have all modules for themselves.
      { extends: true, test: { name: 'apart', include: ['packages/*/src/**/*.apart.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'assembled',
          include: [`${ASSEMBLED}/*.test.ts`],
          exclude: ['**/*.apart.test.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          // Every TLS of a Redis, one after the other, is `npm run prove`.
          exclude: [
            'test/adopt/**',
            'test/redis/tls.test.ts',
            '**/node_modules/**',
            `${ASSEMBLED}/!(*.apart).test.ts`,
          ],
        },
      },
    ],
  },
})
