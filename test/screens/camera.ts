import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import type { OpenTill } from '../e2e/till.ts';
import { openWebTill } from '../e2e/till-on-web.ts';

export const target = path.resolve(import.meta.dirname, '../../docs/screens');
const size = { width: 1024, height: 768 };
const SETTLE_MS = 350;

export type Scheme = 'light' | 'dark';
export type Look = { readonly scheme?: Scheme; readonly locale?: string; readonly demo?: boolean };

export function contextOptions({ scheme = 'light', locale = 'en-GB' }: Look): BrowserContextOptions {
  return {
    viewport: size,
    colorScheme: scheme,
    locale,
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  };
}

/** One till of its own, thrown away afterwards. `reopen` closes it and opens it again on the same ledger. */
export async function withTill(
  browser: Browser,
  look: Look,
  walk: (page: Page, reopen: () => Promise<Page>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-screens-'));
  const place = { folder, dataDir: path.join(folder, 'till'), demo: look.demo ?? false };
  const open = (): Promise<OpenTill> => openWebTill(place, browser, contextOptions(look));
  let till = await open();
  try {
    await walk(till.page, async () => {
      await till.close();
      till = await open();
      return till.page;
    });
  } finally {
    await till.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Keeps a picture; a message of what was done before does not belong on it. */
export async function keep(page: Page, name: string): Promise<void> {
  const message = page.getByTestId('flash').getByRole('button');
  if (await message.isVisible()) await message.click();
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: path.join(target, `${name}.png`), animations: 'disabled', caret: 'hide' });
}
