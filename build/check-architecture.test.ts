import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkArchitecture } from './check-architecture.ts';

/** A house of two files, where the first imports the second. */
const planted: readonly [rule: string, from: string, to: string][] = [
  ['kernel-is-the-floor', 'shared/kernel/a.ts', 'shared/engine/b.ts'],
  ['pure-cores-stand-on-the-kernel', 'shared/engine/a.ts', 'shared/codes/b.ts'],
  ['contracts-take-engine-types-only', 'shared/contracts/a.ts', 'shared/engine/b.ts'],
  ['shared-is-pure', 'shared/engine/a.ts', 'node:fs'],
  ['db-stands-on-shared', 'db/a.ts', 'till/b.ts'],
  ['till-stands-on-shared-and-db', 'till/a.ts', 'web/b.ts'],
  ['core-without-electron', 'till/a.ts', 'electron'],
  ['electron-hosts-the-till', 'electron/a.ts', 'web/b.ts'],
  ['web-hosts-the-till', 'web/a.ts', 'db/b.ts'],
  ['renderer-sees-contracts', 'renderer/a.ts', 'till/b.ts'],
  ['central-stands-on-shared', 'central/a.ts', 'db/b.ts'],
  ['shipped-code-needs-no-tests', 'till/a.ts', 'test/b.ts'],
];

describe('architecture rules', () => {
  let baseDir: string;
  beforeAll(() => {
    baseDir = mkdtempSync(path.join(tmpdir(), 'counterfoil-arch-'));
  });
  afterAll(() => rmSync(baseDir, { recursive: true, force: true }));

  it.each(planted)('%s catches %s -> %s', async (rule, from, to) => {
    const house = mkdtempSync(path.join(baseDir, 'house-'));
    const local = to.includes('/');
    const specifier = local ? path.relative(path.dirname(from), to) : to;
    write(
      house,
      from,
      `import { b } from '${specifier.startsWith('.') || !local ? specifier : `./${specifier}`}';\nexport const a = b;\n`,
    );
    if (local) write(house, to, 'export const b = 1;\n');
    if (to === 'electron') {
      write(
        house,
        'node_modules/electron/package.json',
        '{"name":"electron","version":"1.0.0","main":"index.js"}',
      );
      write(house, 'node_modules/electron/index.js', 'exports.b = 1;\n');
    }
    const findings = await checkArchitecture({
      baseDir: house,
      roots: [from.split('/')[0] as string],
      minModules: 1,
    });
    expect(findings.map((finding) => finding.split(':')[0])).toContain(rule);
  });

  it('lets an allowed import pass', async () => {
    const house = mkdtempSync(path.join(baseDir, 'house-'));
    write(house, 'till/a.ts', "import { b } from '../db/b.ts';\nexport const a = b;\n");
    write(house, 'db/b.ts', 'export const b = 1;\n');
    expect(await checkArchitecture({ baseDir: house, roots: ['till', 'db'], minModules: 2 })).toEqual([]);
  });

  it('fails when nothing was cruised', async () => {
    const house = mkdtempSync(path.join(baseDir, 'house-'));
    mkdirSync(path.join(house, 'shared'));
    const findings = await checkArchitecture({ baseDir: house, roots: ['shared'] });
    expect(findings[0]).toMatch(/^only 0 modules were cruised/);
  });
});

function write(house: string, file: string, text: string): void {
  const target = path.join(house, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}
