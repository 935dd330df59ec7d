import { findElectron } from '../../build/find-electron.ts';

/** The hosts that a run can be about. They are told apart everywhere, and none is counted as another. */
export type HostKind = 'web' | 'electron' | 'electron-stand-in';

function readHostKind(): HostKind {
  const asked = process.env.HOST ?? 'web';
  if (asked !== 'web' && asked !== 'electron') throw new Error(`HOST must be web or electron, not ${asked}`);
  if (asked === 'web') return 'web';
  return findElectron() === undefined ? 'electron-stand-in' : 'electron';
}

export const hostKind: HostKind = readHostKind();

export function describeHost(): string {
  switch (hostKind) {
    case 'web':
      return 'web';
    case 'electron':
      return `electron, the real runtime (${findElectron()})`;
    case 'electron-stand-in':
      return 'electron STAND-IN: its main and preload over Chromium, not the Electron runtime';
  }
}
