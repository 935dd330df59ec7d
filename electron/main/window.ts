import path from 'node:path';
import { app, BrowserWindow } from 'electron';
import { START_URL } from './origin.ts';

export function createWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 800,
    minHeight: 600,
    // Shown when there is something to see: no white flash on a shop's counter.
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.join(import.meta.dirname, '..', 'preload', 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.once('ready-to-show', () => window.show());
  // The core lives on in its worker; only the picture is gone.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') void showPage(window);
  });
  return window;
}

export function showPage(window: BrowserWindow): Promise<void> {
  return window.loadURL(START_URL);
}
