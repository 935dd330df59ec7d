import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultDataDir, prepareDataFolder } from './data-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('prepareDataFolder', () => {
  it('makes a folder for its owner alone and leaves nothing else behind', () => {
    const dataDir = path.join(folder, 'shop', 'till');
    expect(prepareDataFolder(dataDir)).toEqual({
      ok: true,
      value: { dataDir, anchorBase: dataDir, keyFile: `${dataDir}.key` },
    });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(path.join(folder, 'shop'))).toEqual(['till']);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('says that a file is in the way, and leaves the file alone', () => {
    const file = path.join(folder, 'till');
    writeFileSync(file, 'mine');
    const prepared = prepareDataFolder(file);
    expect(prepared).toEqual({
      ok: false,
      error: `The data folder ${file} cannot be used: a file is in the way. Choose another with --data DIR.`,
    });
    expect(statSync(file).size).toBe(4);
  });

  it.skipIf(process.platform !== 'linux')('says that a disk which takes no files takes none', () => {
    expect(prepareDataFolder('/proc/counterfoil')).toMatchObject({ ok: false });
  });
});

describe('defaultDataDir', () => {
  const home = '/home/ada';
  it.each([
    ['linux', 'till', {}, '/home/ada/.local/share/counterfoil/till'],
    ['linux', 'demo', { XDG_DATA_HOME: '/data' }, '/data/counterfoil/demo'],
    ['linux', 'demo', { XDG_DATA_HOME: 'data' }, '/home/ada/.local/share/counterfoil/demo'],
    ['darwin', 'lane', {}, '/home/ada/Library/Application Support/Counterfoil/lane'],
    ['win32', 'till', { APPDATA: 'C:\\Users\\Ada\\Roaming' }, 'C:\\Users\\Ada\\Roaming\\Counterfoil\\till'],
  ] as const)('is the platform’s on %s (%s)', (platform, kind, env, expected) => {
    expect(defaultDataDir(kind, { platform, home, env })).toBe(expected);
  });
});
