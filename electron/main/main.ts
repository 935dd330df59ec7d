import path from 'node:path';
import { app, type BrowserWindow, dialog, session } from 'electron';
import type { Core } from '../../till/core.ts';
import { CoreStartError } from '../../till/core-start-error.ts';
import { prepareDataFolder } from '../../till/host/data-folder.ts';
import { loadPage } from '../../till/host/page.ts';
import { startFailureText } from '../../till/host/start-failure.ts';
import { systemRandom } from '../../till/system-ports.ts';
import { serveWindow } from './ipc.ts';
import { readLaunch } from './launch.ts';
import { lockDown } from './lock-down.ts';
import { installMenu } from './menu.ts';
import { registerPageScheme, servePage } from './page-protocol.ts';
import { startCore } from './start-core.ts';
import { createWindow, showPage } from './window.ts';

const launch = readLaunch(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd());
// Chromium's own files, and with them the lock of a single instance, belong to one ledger.
app.setPath('userData', `${launch.dataDir}.profile`);
registerPageScheme();

let core: Core | undefined;
let window: BrowserWindow | undefined;

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', showWindow);
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', closeCoreFirst);
  // Not awaited here: Electron becomes ready only after this module has been evaluated.
  void app.whenReady().then(start).catch(giveUp);
} else {
  console.error(`Counterfoil is already open on ${launch.dataDir}; its window was brought to the front.`);
  app.exit(1);
}

async function start(): Promise<void> {
  const prepared = prepareDataFolder(launch.dataDir);
  if (!prepared.ok) return giveUp(prepared.error);
  lockDown(session.defaultSession);
  installMenu(process.platform);
  servePage(loadPage(path.join(import.meta.dirname, '..', 'renderer'), systemRandom));
  try {
    core = await startCore(prepared.value, launch.demo, () =>
      giveUp('The core ended unexpectedly. The ledger is safe; start Counterfoil again.'),
    );
  } catch (error) {
    if (!(error instanceof CoreStartError)) throw error;
    return giveUp(
      startFailureText(error.refusal, { dataDir: launch.dataDir, keyPlace: 'the keychain of this account' }),
    );
  }
  window = createWindow();
  window.once('closed', () => {
    window = undefined;
  });
  serveWindow(window, core);
  await showPage(window);
}

function showWindow(): void {
  if (window?.isMinimized()) window.restore();
  window?.focus();
}

/** One clear message, on the screen and for whoever reads the log. */
function giveUp(why: unknown): void {
  const text = why instanceof Error ? (why.stack ?? why.message) : String(why);
  console.error(text);
  dialog.showErrorBox('Counterfoil', text);
  app.exit(1);
}

/** The ledger is closed before the process ends, whichever way it was asked to. */
function closeCoreFirst(event: { preventDefault(): void }): void {
  if (core === undefined) return;
  event.preventDefault();
  const closing = core;
  core = undefined;
  void closing.close().finally(() => app.quit());
}
