import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Programs that tests drive and that no npm package brings, with the Debian package that does. */
const tools = [
  { program: 'chromium', others: ['chromium-browser', 'google-chrome'], debian: 'chromium', needed: true },
  { program: 'pdftoppm', others: [], debian: 'poppler-utils', needed: true },
  { program: 'strace', others: [], debian: 'strace', needed: false },
] as const;

export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  for (const name of names) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/** Installs missing tools where it may (Debian, as root), and otherwise says what to install. */
export function requireSystemTools(): void {
  const missing = tools.filter((tool) => findProgram(tool.program, ...tool.others) === undefined);
  if (missing.length === 0) return;
  const packages = missing.map((tool) => tool.debian);
  if (process.getuid?.() === 0 && findProgram('apt-get')) {
    console.log(`installing ${packages.join(', ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    });
  }
  const still = missing.filter((tool) => findProgram(tool.program, ...tool.others) === undefined);
  for (const tool of still) {
    const line = `${tool.program} was not found: install it (Debian: apt-get install ${tool.debian}) and run again`;
    if (tool.needed) throw new Error(line);
    console.warn(`${line}; tests that need it are skipped`);
  }
}
