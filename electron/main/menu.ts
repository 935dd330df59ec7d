import { Menu, type MenuItemConstructorOptions } from 'electron';

/** Roles only: the system names them in the person's language, and wires their keys. No reload: a till is not a page. */
export function installMenu(platform: NodeJS.Platform): void {
  const zoom: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
  ];
  const mac: MenuItemConstructorOptions[] = platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...mac,
      { role: 'fileMenu' },
      { role: 'editMenu' },
      { role: 'viewMenu', submenu: zoom },
      { role: 'windowMenu' },
    ]),
  );
}
