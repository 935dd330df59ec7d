import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig, Plugin } from 'vite';
import { NONCE_PLACEHOLDER } from '../till/host/page.ts';
import { fontFiles } from '../till/printing/fonts.ts';

/** Everything that ships, as Vite builds it. `build/build.ts` runs them. */
export type TargetName = 'renderer' | 'web' | 'electron' | 'preload';

/** Not bundled: Node itself, Electron, and the database whose native half must stay a file. */
const external = [
  'electron',
  'better-sqlite3',
  ...builtinModules,
  ...builtinModules.map((name) => `node:${name}`),
];

/** Node 24 is the project's own and Electron 45's. */
const NODE = 'node24';
const CHROMIUM = 'chrome120';

export function targetConfig(name: TargetName, root: string, outDir: string): InlineConfig {
  switch (name) {
    case 'renderer':
      return {
        configFile: false,
        root: path.join(root, 'renderer'),
        logLevel: 'warn',
        plugins: [react()],
        html: { cspNonce: NONCE_PLACEHOLDER },
        // Data URLs are not in the policy for fonts, and a file is cached.
        build: {
          outDir,
          emptyOutDir: true,
          target: CHROMIUM,
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
        },
      };
    case 'web':
      return nodeConfig(root, outDir, { main: 'web/main.ts', 'core-worker': 'web/core-worker.ts' }, esm);
    case 'electron':
      return nodeConfig(
        root,
        outDir,
        { main: 'electron/main/main.ts', 'core-worker': 'electron/main/core-worker.ts' },
        esm,
      );
    case 'preload':
      return nodeConfig(root, outDir, { preload: 'electron/preload/preload.ts' }, sandboxed);
  }
}

type Output = NonNullable<NonNullable<NonNullable<InlineConfig['build']>['rolldownOptions']>['output']>;

/** `.mjs`: a module whatever package.json lies around it, also outside the packaged archive. */
const esm = {
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: 'chunks/[name]-[hash].mjs',
} satisfies Output;

/** A sandboxed preload script must be one CommonJS file. */
const sandboxed = { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false } satisfies Output;

/** Fonts that PDFs embed, with their licence, as files beside the program. */
const fonts: Plugin = {
  name: 'fonts',
  generateBundle() {
    const require = createRequire(import.meta.url);
    const home = path.dirname(require.resolve('dejavu-fonts-ttf/package.json'));
    for (const file of Object.values(fontFiles)) {
      const source = readFileSync(path.join(home, 'ttf', file));
      this.emitFile({ type: 'asset', fileName: `fonts/${file}`, source });
    }
    const source = readFileSync(path.join(home, 'LICENSE'));
    this.emitFile({ type: 'asset', fileName: 'fonts/LICENSE', source });
  },
};

/** For Node or Electron, with everything from npm inside. */
function nodeConfig(
  root: string,
  outDir: string,
  entries: Readonly<Record<string, string>>,
  output: Output,
): InlineConfig {
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, path.join(root, file)]),
  );
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    ...(output === esm ? { plugins: [fonts] } : {}),
    ssr: { noExternal: true, external, target: 'node' },
    build: {
      ssr: true,
      outDir,
      target: NODE,
      emptyOutDir: true,
      // Not loaded over a network.
      chunkSizeWarningLimit: 10_000,
      minify: false,
      rolldownOptions: { external, input, output },
    },
  };
}
