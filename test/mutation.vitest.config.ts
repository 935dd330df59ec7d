import { defineConfig } from 'vitest/config';

/** The engine's tests, as Stryker runs them against every mutant: fewer runs of each property, one process. */
export default defineConfig({
  test: {
    include: ['shared/engine/**/*.test.ts'],
    environment: 'node',
    pool: 'threads',
    isolate: false,
    testTimeout: 20_000,
    env: { PROPERTY_RUNS: '5' },
  },
});
