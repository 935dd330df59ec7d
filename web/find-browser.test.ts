import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { browserCandidates, findBrowser } from './find-browser.ts';

it('looks in the usual places of each platform', () => {
  expect(browserCandidates({ platform: 'darwin', env: {} })).toContain(
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  );
  const env = { PROGRAMFILES: 'C:\\Program Files', LOCALAPPDATA: 'C:\\Local' };
  expect(browserCandidates({ platform: 'win32', env })).toEqual(
    expect.arrayContaining([
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Local\\Microsoft\\Edge\\Application\\msedge.exe',
    ]),
  );
});

it.skipIf(process.platform === 'win32')(
  'takes the best program of the path, and nothing that cannot run',
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-browser-'));
    try {
      const surroundings = { platform: 'linux' as const, env: { PATH: `relative:${folder}` } };
      expect(findBrowser(surroundings)).toBeUndefined();
      for (const name of ['chromium', 'google-chrome']) writeFileSync(path.join(folder, name), '');
      chmodSync(path.join(folder, 'google-chrome'), 0o755);
      expect(findBrowser(surroundings)).toBe(path.join(folder, 'google-chrome'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
