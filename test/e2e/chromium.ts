import { findBrowser } from '../../web/find-browser.ts';

/** For every Chromium that a test starts: quiet, and no word to anybody outside this machine. */
export const chromiumArgs = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

export function chromiumPath(): string {
  const found = findBrowser({ platform: process.platform, env: process.env });
  if (found === undefined)
    throw new Error('no Chromium was found: install it (Debian: apt-get install chromium)');
  return found;
}
