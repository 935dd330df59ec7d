import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['node_modules/**', 'dist/**', 'release/**', 'test/e2e/**', '.stryker-tmp/**'],
    environment: 'node',
    pool: 'forks',
    // One for each core: by itself vitest leaves one core idle, which of two is half.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
  },
});
