import type { Answer } from '../../shared/contracts/operation.ts';
import type { Push } from '../../shared/contracts/pushes.ts';
import { type SavedFile, type Transport, unreachable } from './transport.ts';

/** What the preload script exposes: three functions and a name, nothing of Electron. */
export type Bridge = {
  readonly host: 'electron';
  call(name: string, input: unknown, session?: string): Promise<Answer<unknown>>;
  onPush(listener: (push: Push) => void): () => void;
  saveFile(file: SavedFile): Promise<Answer<{ saved: boolean }>>;
};

export function ipcTransport(bridge: Bridge): Transport {
  return {
    host: 'electron',
    call: (name, input, session) => bridge.call(name, input, session).catch(unreachable),
    listen(onPush, onLink) {
      onLink(true);
      return bridge.onPush(onPush);
    },
    saveFile: (file) => bridge.saveFile(file).catch(unreachable),
  };
}
