import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { build } from '../../build/build.ts';
import { chromiumArgs, chromiumPath } from '../e2e/chromium.ts';
import { target, withTill } from './camera.ts';
import { walkDemo } from './walk-demo.ts';
import { walkLanguage } from './walk-language.ts';
import { walkHub, walkOwnShop, walkPassphrase } from './walk-shop.ts';

/**
 * `npm run screens [-- WALK…]`: walks through the product and keeps a picture of every screen and state in
 * `docs/screens/`. Without a name all walks are made, and pictures that none of them makes any more are removed.
 */
const walks = {
  light: (browser) => withTill(browser, { demo: true }, (page) => walkDemo(page, 'light')),
  dark: (browser) => withTill(browser, { demo: true, scheme: 'dark' }, (page) => walkDemo(page, 'dark')),
  shop: (browser) => withTill(browser, {}, (page) => walkOwnShop(page, browser)),
  hub: (browser) => withTill(browser, {}, (page) => walkHub(page, browser)),
  passphrase: (browser) => withTill(browser, {}, walkPassphrase),
  de: (browser) => withTill(browser, { locale: 'de' }, (page) => walkLanguage(page, 'de')),
  es: (browser) => withTill(browser, { locale: 'es' }, (page) => walkLanguage(page, 'es')),
} satisfies Record<string, (browser: Browser) => Promise<void>>;
type Walk = keyof typeof walks;
const names = Object.keys(walks) as Walk[];
const asked = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const chosen = asked.length === 0 ? names : names.filter((name) => asked.includes(name));

await build(['renderer', 'web']);
mkdirSync(target, { recursive: true });
const began = Date.now();
for (const name of chosen) {
  console.log(`walk: ${name}`);
  // Fields of days are written as the browser's own language has them, not the page's.
  const language = name === 'de' || name === 'es' ? name : 'en-GB';
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [...chromiumArgs, `--lang=${language}`],
    env: { ...process.env, LANGUAGE: language.replace('-', '_') },
  });
  try {
    await walks[name](browser);
  } finally {
    await browser.close();
  }
}
const pictures = readdirSync(target)
  .filter((file) => file.endsWith('.png'))
  .map((file) => path.join(target, file));
if (asked.length === 0) {
  for (const file of pictures) if (statSync(file).mtimeMs < began) rmSync(file);
}
const bytes = pictures.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
console.log(`${pictures.length} pictures, ${Math.round(bytes / 1024)} kB, in docs/screens/`);
