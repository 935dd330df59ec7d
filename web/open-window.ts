import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findBrowser } from './find-browser.ts';

export type OpenedWindow =
  | {
      readonly kind: 'app';
      /** Resolves when the person has closed it. */
      readonly closed: Promise<void>;
      /** Resolves when its process and its profile are gone. */
      close(): Promise<void>;
    }
  | { readonly kind: 'browser' }
  | { readonly kind: 'none'; readonly why: string };

const PROFILE_PREFIX = 'window-';

/**
 * Shows `url` in an app window of a Chromium-family browser, else in the default browser. The profile is new each
 * time and goes with the window: nothing of a session stays on disk, and no other window of that browser is touched.
 */
export async function openWindow(url: string, dataDir: string): Promise<OpenedWindow> {
  const { platform, env } = process;
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    return { kind: 'none', why: 'there is no display here' };
  }
  const browser = findBrowser({ platform, env });
  if (browser !== undefined) {
    removeOldProfiles(dataDir);
    const profile = mkdtempSync(path.join(dataDir, PROFILE_PREFIX));
    const child = spawn(browser, appWindowArgs(url, profile), { stdio: 'ignore' });
    if (await started(child)) return appWindow(child, profile);
    rmSync(profile, { recursive: true, force: true });
  }
  const [opener, ...args] = defaultBrowser(url, platform);
  const child = spawn(opener, args, { stdio: 'ignore', detached: true });
  if (!(await started(child))) return { kind: 'none', why: 'no browser was found' };
  child.unref();
  return { kind: 'browser' };
}

function appWindowArgs(url: string, profile: string): string[] {
  return [
    `--app=${url}`,
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-features=Translate',
    '--window-size=1280,800',
    // Chromium does not start as root with its sandbox; --test-type hides the bar that says so.
    ...(process.getuid?.() === 0 ? ['--no-sandbox', '--test-type'] : []),
  ];
}

function appWindow(child: ChildProcess, profile: string): OpenedWindow {
  const closed = new Promise<void>((resolve) => {
    child.once('exit', () => {
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
      resolve();
    });
  });
  return {
    kind: 'app',
    closed,
    close() {
      child.kill();
      return closed;
    },
  };
}

function removeOldProfiles(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(PROFILE_PREFIX)) rmSync(path.join(dataDir, name), { recursive: true, force: true });
  }
}

function defaultBrowser(url: string, platform: NodeJS.Platform): [string, ...string[]] {
  if (platform === 'darwin') return ['open', url];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return ['xdg-open', url];
}

function started(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
}
