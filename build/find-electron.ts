import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const packageDir = path.resolve(import.meta.dirname, '..', 'node_modules', 'electron');

/** The Electron that npm would run; never fetched here, for a start must not wait for a download. */
export function findElectron(): string | undefined {
  const pathFile = path.join(packageDir, 'path.txt');
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const program = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : undefined;
  const file = override
    ? path.join(override, program ?? 'electron')
    : path.join(packageDir, 'dist', program ?? 'electron');
  return existsSync(file) ? file : undefined;
}
