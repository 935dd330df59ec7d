import { defineConfig } from '@playwright/test';

/**
 * End to end in a real Chromium. `HOST=web` (default) runs every spec on the web host; `HOST=electron` runs the
 * Electron host: on the real runtime where it is there, else on the stand-in of `test/electron/`. Each run says which.
 */
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '*.spec.ts',
  globalSetup: './test/e2e/global-setup.ts',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  fullyParallel: true,
  workers: 2,
  retries: 0,
  reporter: 'list',
  use: { viewport: { width: 1024, height: 768 }, locale: 'en-GB', timezoneId: 'Europe/Berlin' },
});
