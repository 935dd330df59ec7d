import { contextBridge, ipcRenderer } from 'electron';
import { channels } from '../channels.ts';

/**
 * All that the window gets: three functions and a name. Main checks sender and shape of everything that comes
 * through; nothing of `ipcRenderer` itself, and no event object, reaches the page.
 */
contextBridge.exposeInMainWorld('counterfoil', {
  host: 'electron',
  call: (name: unknown, input: unknown, session: unknown): Promise<unknown> =>
    ipcRenderer.invoke(channels.call, { name, input, session }),
  saveFile: (file: unknown): Promise<unknown> => ipcRenderer.invoke(channels.saveFile, file),
  onPush(listener: (push: unknown) => void): () => void {
    const forward = (_event: unknown, push: unknown): void => listener(push);
    ipcRenderer.on(channels.push, forward);
    return () => {
      ipcRenderer.off(channels.push, forward);
    };
  },
});
