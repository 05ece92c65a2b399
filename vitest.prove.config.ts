import { defineConfig } from 'vitest/config'
import tests from './vitest.config.ts'

const HOUR_MS = 3_600_000

/** The long version of the proof that spend never passes a limit (`npm run prove`): every test says what it has tried. */
// biome-ignore lint/style/noDefaultExport: Vitest reads the default export of a config file.
export default defineConfig({
  resolve: { alias: tests.resolve!.alias! },
  test: {
    name: 'prove',
    globalSetup: ['./test/support/redis/install.ts', './test/support/redis/fetch-valkey.ts'],
    include: [
      'test/{mutation,simulation,proof}/**/*.{test,prove}.ts',
      'test/faults/fleet-*.{test,prove}.ts',
      'test/failover/{outages,soak}.test.ts',
      'test/cache/{worlds,pairs}.test.ts',
      'test/cache/exact/flights.test.ts',
      'packages/kit/src/cache/isolation.test.ts',
      'test/redis/{pains,tls,valkey}.test.ts',
    ],
    env: { TOLLGATE_PROVE: '1' },
    testTimeout: HOUR_MS,
    hookTimeout: HOUR_MS,
    expect: tests.test!.expect!,
    reporters: ['verbose'],
    // One after the other, so that each has the whole machine.
    fileParallelism: false,
  },
})
