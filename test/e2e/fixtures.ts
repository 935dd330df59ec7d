import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Browser,
  type BrowserContextOptions,
  test as base,
  chromium,
  type Page,
} from '@playwright/test';
import { type Centre, startCentre } from './centre.ts';
import { chromiumArgs, chromiumPath } from './chromium.ts';
import { type HostKind, hostKind } from './host-kind.ts';
import type { OpenTill } from './till.ts';
import { openElectronTill } from './till-on-electron.ts';
import { openWebTill, startWebHost } from './till-on-web.ts';

export { expect } from '@playwright/test';

/** A till for a spec, on whichever host the run is about. */
export type Till = {
  readonly host: HostKind;
  /** The window. It changes with `restart`. */
  readonly page: Page;
  readonly dataDir: string;
  /** Of the web host only, with its secret. */
  readonly url: string | undefined;
  savedFile: OpenTill['savedFile'];
  /** Everything that the host printed since it started. */
  output(): string;
  /** What the console says and matches is expected by this test. */
  forgive(complaint: RegExp): void;
  /** Closes host and window and opens them again on the same ledger; with `kill`, as after a power cut. */
  restart(how?: { readonly kill: boolean }): Promise<void>;
};

export type TillOptions = {
  /** Default: a demo location, with its PINs on the sign-in screen. Else the first-run screen. */
  readonly demo?: boolean;
};

type Fixtures = {
  /** Options of `till`: `test.use({ tillOptions: { demo: false } })`. */
  readonly tillOptions: TillOptions;
  /** One till, ready at its first screen. */
  readonly till: Till;
  /** More tills, each with a ledger of its own. */
  readonly startTill: (options?: TillOptions) => Promise<Till>;
  /** A centre on an embedded store, behind a line that can be cut. */
  readonly centre: Centre;
};

type WorkerFixtures = {
  readonly browserOfWorker: Browser;
  /** A folder with a demo location as its first start makes it. A copy of it is a till that has been started once. */
  readonly demoFolder: string | undefined;
};

export const test = base.extend<Fixtures, WorkerFixtures>({
  browserOfWorker: [
    // Playwright reads the fixtures from the parameter's pattern.
    // biome-ignore lint/correctness/noEmptyPattern: no fixture is needed
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],

  demoFolder: [
    // biome-ignore lint/correctness/noEmptyPattern: no fixture is needed
    async ({}, use) => {
      // A desktop host keeps its key in the keychain, not in the folder.
      if (hostKind !== 'web') return use(undefined);
      const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-e2e-demo-'));
      const program = startWebHost({ folder, dataDir: path.join(folder, 'till'), demo: true });
      await program.seen(/open at (http:\S+)/);
      await program.stop();
      await use(folder);
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],

  tillOptions: [{}, { option: true }],

  startTill: async (
    { browserOfWorker, demoFolder, contextOptions, viewport, locale, timezoneId, colorScheme },
    use,
  ) => {
    const folders: string[] = [];
    const complaints: string[] = [];
    const forgiven: RegExp[] = [];
    const open = new Set<OpenTill>();
    // Playwright fills every option; its own type for them says undefined where it means absent.
    const windowOptions = {
      ...contextOptions,
      viewport,
      locale,
      timezoneId,
      colorScheme,
    } as BrowserContextOptions;

    async function startTill({ demo = true }: TillOptions = {}): Promise<Till> {
      const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-e2e-'));
      folders.push(folder);
      if (demo && demoFolder !== undefined) cpSync(demoFolder, folder, { recursive: true });
      const place = { folder, dataDir: path.join(folder, 'till'), demo };

      async function openTill(): Promise<OpenTill> {
        const opened =
          hostKind === 'web'
            ? await openWebTill(place, browserOfWorker, windowOptions)
            : await openElectronTill(place, hostKind, windowOptions);
        open.add(opened);
        watch(opened.page, complaints);
        return opened;
      }

      let current = await openTill();
      return {
        host: hostKind,
        dataDir: place.dataDir,
        get page() {
          return current.page;
        },
        get url() {
          return current.url;
        },
        savedFile: (act) => current.savedFile(act),
        forgive: (complaint) => forgiven.push(complaint),
        output: () => current.program.output(),
        async restart({ kill } = { kill: false }) {
          open.delete(current);
          if (kill) await current.program.kill();
          await current.close();
          current = await openTill();
        },
      };
    }

    await use(startTill);
    for (const till of open) await till.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    const left = complaints.filter((text) => !forgiven.some((pattern) => pattern.test(text)));
    if (left.length > 0) throw new Error(`the window complained:\n${left.join('\n')}`);
  },

  till: async ({ startTill, tillOptions }, use) => use(await startTill(tillOptions)),

  // biome-ignore lint/correctness/noEmptyPattern: no fixture is needed
  centre: async ({}, use) => {
    const centre = await startCentre();
    await use(centre);
    await centre.stop();
  },
});

/** Whatever a page throws, and whatever its policy blocks, fails the test. */
function watch(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // Chromium reports every answer of 4xx this way; a refusal is one.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(`console: ${message.text()}`);
    }
  });
}
