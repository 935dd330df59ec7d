import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium } from '@playwright/test';
import { chromiumArgs, chromiumPath } from '../../e2e/chromium.ts';

/** The Chromium that shows the stand-in's windows. A spec attaches to it over the devtools port. */
export type StandInBrowser = { readonly context: BrowserContext; close(): Promise<void> };

let browser: StandInBrowser | undefined;

export async function launchBrowser(devtoolsPort: number): Promise<void> {
  const profile = mkdtempSync(path.join(tmpdir(), 'counterfoil-stand-in-'));
  const windowOptions = JSON.parse(process.env.STAND_IN_WINDOW ?? '{}') as Record<string, unknown>;
  const context = await chromium.launchPersistentContext(profile, {
    ...windowOptions,
    executablePath: chromiumPath(),
    args: [...chromiumArgs, `--remote-debugging-port=${devtoolsPort}`],
  });
  browser = {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function theBrowser(): StandInBrowser {
  if (!browser) throw new Error('Electron makes no window before it is ready');
  return browser;
}
