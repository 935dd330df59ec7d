/**
 * Runs in the page before anything else, around the preload bundle: `require('electron')` for it. Playwright sends it
 * as text, so it must stand alone.
 */
export function preloadScript(preloadBundle: string): string {
  return `(${bootPreload.toString()})(function (require, module, exports) {${preloadBundle}\n});`;
}

type Preload = (require: (name: string) => unknown, module: object, exports: object) => void;
type StandInWindow = Window & {
  __standInInvoke: (channel: string, args: unknown[]) => Promise<{ value?: unknown; error?: string }>;
  __standInDeliver?: (channel: string, args: unknown[]) => void;
};

function bootPreload(preload: Preload): void {
  // Electron runs a preload script in top frames only, unless told otherwise.
  if (window.top !== window) return;
  const host = window as unknown as StandInWindow;
  const listeners = new Map<string, Set<(event: object, ...args: unknown[]) => void>>();
  const ipcRenderer = {
    async invoke(channel: string, ...args: unknown[]) {
      // As in Electron, what cannot be cloned is refused here.
      const { value, error } = await host.__standInInvoke(channel, structuredClone(args));
      if (error !== undefined) throw new Error(`Error invoking remote method '${channel}': ${error}`);
      return value;
    },
    on(channel: string, listener: (event: object, ...args: unknown[]) => void) {
      const known = listeners.get(channel) ?? new Set();
      listeners.set(channel, known.add(listener));
    },
    off(channel: string, listener: (event: object, ...args: unknown[]) => void) {
      listeners.get(channel)?.delete(listener);
    },
  };
  host.__standInDeliver = (channel, args) => {
    for (const listener of listeners.get(channel) ?? []) listener({}, ...args);
  };
  const contextBridge = {
    exposeInMainWorld(name: string, api: object) {
      Object.defineProperty(window, name, { value: Object.freeze(api), enumerable: true });
    },
  };
  preload(
    (name) => {
      if (name === 'electron') return { contextBridge, ipcRenderer };
      throw new Error(`a sandboxed preload script has no module ${name}`);
    },
    { exports: {} },
    {},
  );
}
