import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'vite';

/**
 * A program that is killed, as one file: it starts a hundred times, and reading its two hundred modules each time would
 * take longer than everything else. Bundled as a host's worker is, so the bundle is under test as well.
 */
export function bundle(program: 'redeem-loop' | 'one-step' | 'work-on'): Promise<Bundle> {
  return bundleProgram(path.join(import.meta.dirname, `${program}.ts`));
}

export type Bundle = { readonly file: string; remove(): void };

/** @param entry the program's module */
export async function bundleProgram(entry: string): Promise<Bundle> {
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-crash-bundle-'));
  const root = path.join(import.meta.dirname, '../..');
  const external = ['better-sqlite3', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)];
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, external, target: 'node' },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        external,
        output: { format: 'esm', entryFileNames: 'till.mjs', codeSplitting: false },
      },
    },
  });
  // Outside the project, where no node_modules lies above: the database's package is handed on by its path.
  const database = createRequire(import.meta.url).resolve('better-sqlite3');
  const shim = path.join(folder, 'node_modules/better-sqlite3');
  mkdirSync(shim, { recursive: true });
  writeFileSync(path.join(shim, 'package.json'), '{"main":"index.js"}');
  writeFileSync(path.join(shim, 'index.js'), `module.exports = require(${JSON.stringify(database)});`);
  return {
    file: path.join(folder, 'till.mjs'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
