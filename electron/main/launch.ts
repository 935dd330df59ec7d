import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataDir } from '../../till/host/data-folder.ts';

export type Launch = { readonly dataDir: string; readonly demo: boolean };

/**
 * Reads `--data=DIR` and `--demo` and passes over everything else: Chromium's switches, what a desktop adds, and what
 * a later version may know must not keep a till from opening.
 */
export function readLaunch(argv: readonly string[], workingDir: string): Launch {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowNegative: true,
    options: { data: { type: 'string' }, demo: { type: 'boolean' } },
  });
  const demo = values.demo === true;
  const dataDir =
    typeof values.data === 'string' && values.data !== ''
      ? path.resolve(workingDir, values.data)
      : defaultDataDir(demo ? 'demo' : 'till', {
          platform: process.platform,
          home: os.homedir(),
          env: process.env,
        });
  return { dataDir, demo };
}
