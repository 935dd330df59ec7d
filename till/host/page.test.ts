import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemRandom } from '../system-ports.ts';
import { loadPage, NONCE_PLACEHOLDER } from './page.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-page-'));
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'assets', 'app.js'), 'run()');
  writeFileSync(path.join(folder, 'notes.unknown'), 'not for the web');
  writeFileSync(
    path.join(folder, 'index.html'),
    `<meta property="csp-nonce" nonce="${NONCE_PLACEHOLDER}"><script nonce="${NONCE_PLACEHOLDER}" src="/assets/app.js"></script>`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('gives every page its own nonce, the same in the policy and in the page', () => {
  const page = loadPage(folder, systemRandom);
  const nonces = [page.answer('/'), page.answer('/index.html')].map((answer) => {
    const [, nonce = 'none'] = /'nonce-([^']+)'/.exec(answer?.headers['content-security-policy'] ?? '') ?? [];
    expect(answer?.body.toString().split(`nonce="${nonce}"`)).toHaveLength(3);
    return nonce;
  });
  expect(new Set(nonces).size).toBe(2);
});

it('allows nothing unsafe', () => {
  const policy = loadPage(folder, systemRandom).answer('/')?.headers['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
});

it('answers exact names only, of kinds that a browser should get', () => {
  const page = loadPage(folder, systemRandom);
  expect(page.answer('/assets/app.js')).toMatchObject({
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
  for (const absent of ['/assets/../assets/app.js', '/assets', '/notes.unknown', '//index.html', '']) {
    expect(page.answer(absent)).toBeUndefined();
  }
});

it('refuses a folder without a renderer', () => {
  rmSync(path.join(folder, 'index.html'));
  expect(() => loadPage(folder, systemRandom)).toThrow('the renderer was not built');
});
