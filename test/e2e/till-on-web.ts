import path from 'node:path';
import type { Browser, BrowserContextOptions } from '@playwright/test';
import { distDir } from '../../build/build.ts';
import { type Program, run } from './process.ts';
import type { OpenTill, TillPlace } from './till.ts';

/** The web host's own process, on any free port, without a window. */
export function startWebHost({ folder, dataDir, demo }: TillPlace): Program {
  return run(
    [
      path.join(distDir, 'web', 'main.mjs'),
      '--port=0',
      '--no-window',
      demo ? '--demo' : '--no-demo',
      `--data=${dataDir}`,
    ],
    { cwd: folder },
  );
}

/** The web host's own process, and a window of Chromium on it. */
export async function openWebTill(
  place: TillPlace,
  browser: Browser,
  contextOptions: BrowserContextOptions,
): Promise<OpenTill> {
  const program = startWebHost(place);
  const url = await program.seen(/open at (http:\S+)/);
  const context = await browser.newContext({ ...contextOptions, acceptDownloads: true });
  const page = await context.newPage();
  await page.goto(url);
  return {
    page,
    url,
    program,
    async savedFile(act) {
      const [download] = await Promise.all([page.waitForEvent('download'), act()]);
      return { name: download.suggestedFilename(), path: await download.path() };
    },
    async close() {
      await context.close();
      await program.stop();
    },
  };
}
