import { app, type Session } from 'electron';
import { isOwnUrl } from './origin.ts';

/** The window shows the till's page and nothing else, ever; the page may use no device and no permission. */
export function lockDown(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  app.on('web-contents-created', (_created, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    for (const happening of ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const) {
      // One listener for three events whose details all carry the address.
      contents.on(happening as 'will-navigate', (details) => {
        if (!isOwnUrl(details.url)) details.preventDefault();
      });
    }
  });
}
