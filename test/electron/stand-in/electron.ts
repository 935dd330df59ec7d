import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame, Page, Route } from '@playwright/test';
import { theBrowser } from './browser.ts';
import { preloadScript } from './in-page.ts';
import { toChromium, toElectron } from './page-address.ts';

/**
 * The part of Electron's API that `electron/main` uses, over Playwright's Chromium, so that the real bundles of main
 * and preload run in tests where no Electron runtime can be had. What it cannot imitate is in docs/ELECTRON.md.
 */
type Preventable = { readonly defaultPrevented: boolean; preventDefault(): void };

function preventable(): Preventable {
  let prevented = false;
  return {
    get defaultPrevented() {
      return prevented;
    },
    preventDefault() {
      prevented = true;
    },
  };
}

class App extends EventEmitter {
  readonly isPackaged = false;
  readonly #ready = Promise.withResolvers<void>();
  readonly #paths = new Map<string, string>();
  #lockFile: string | undefined;

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }
  /** The stand-in's own: called once the entry module has been evaluated. */
  becomeReady(): void {
    this.emit('ready');
    this.#ready.resolve();
  }
  setPath(name: string, folder: string): void {
    this.#paths.set(name, folder);
  }
  getPath(name: string): string {
    return this.#paths.get(name) ?? path.join(tmpdir(), name);
  }
  requestSingleInstanceLock(): boolean {
    mkdirSync(this.getPath('userData'), { recursive: true });
    const file = path.join(this.getPath('userData'), 'SingletonLock');
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
    } catch {
      if (isRunning(Number(readFileSync(file, 'utf8')))) return false;
      writeFileSync(file, String(process.pid));
    }
    this.#lockFile = file;
    return true;
  }
  quit(): void {
    const event = preventable();
    this.emit('before-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }
  exit(code: number): void {
    if (this.#lockFile !== undefined) rmSync(this.#lockFile, { force: true });
    void closeBrowser().finally(() => process.exit(code));
  }
}

async function closeBrowser(): Promise<void> {
  try {
    await theBrowser().close();
  } catch {
    // It was never opened, or is gone.
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export const app = new App();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());

type SchemeHandler = (request: Request) => Response | Promise<Response>;
const schemes = new Map<string, SchemeHandler>();

export const protocol = {
  registerSchemesAsPrivileged(_schemes: unknown): void {},
  handle(scheme: string, handler: SchemeHandler): void {
    schemes.set(scheme, handler);
  },
};

type InvokeHandler = (event: object, ...args: unknown[]) => unknown;
const handlers = new Map<string, InvokeHandler>();

export const ipcMain = {
  handle(channel: string, handler: InvokeHandler): void {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    handlers.set(channel, handler);
  },
  removeHandler(channel: string): void {
    handlers.delete(channel);
  },
};

class WebFrame {
  readonly #frame: Frame;
  constructor(frame: Frame) {
    this.#frame = frame;
  }
  get url(): string {
    return toElectron(this.#frame.url());
  }
}

class WebContents extends EventEmitter {
  mainFrame: WebFrame | undefined;
  #page: Page | undefined;
  #openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openHandler = handler;
  }
  send(channel: string, ...args: unknown[]): void {
    const deliver = ({ name, values }: { name: string; values: unknown[] }) => {
      // Put there by in-page.ts.
      const host = window as unknown as { __standInDeliver?: (name: string, values: unknown[]) => void };
      host.__standInDeliver?.(name, values);
    };
    void this.#page
      ?.evaluate(deliver, { name: channel, values: structuredClone(args) })
      .catch(() => undefined);
  }

  async attach(page: Page, preload: string): Promise<void> {
    this.#page = page;
    this.mainFrame = new WebFrame(page.mainFrame());
    await page.exposeBinding('__standInInvoke', async ({ frame }, channel: string, args: unknown[]) => {
      const senderFrame = frame === page.mainFrame() ? this.mainFrame : new WebFrame(frame);
      const handler = handlers.get(channel);
      if (!handler) return { error: `No handler registered for '${channel}'` };
      try {
        return { value: await handler({ sender: this, senderFrame }, ...args) };
      } catch (error) {
        return { error: String(error) };
      }
    });
    await page.addInitScript(preloadScript(readFileSync(preload, 'utf8')));
    await page.route('**/*', (route) => this.#answer(route, page));
    page.on('popup', (popup) => {
      if (this.#openHandler({ url: toElectron(popup.url()) }).action === 'deny') void popup.close();
    });
  }

  /** Requests of the page go to the handler of its scheme; what else it asks for does not leave this process. */
  async #answer(route: Route, page: Page): Promise<void> {
    const request = route.request();
    const url = toElectron(request.url());
    if (request.isNavigationRequest() && page.url() !== 'about:blank') {
      const details = Object.assign(preventable(), { url });
      if (request.frame() === page.mainFrame()) this.emit('will-navigate', details);
      this.emit('will-frame-navigate', details);
      if (details.defaultPrevented) return await route.abort('aborted');
    }
    const handler = schemes.get(new URL(url).protocol.slice(0, -1));
    if (!handler) return await route.abort('blockedbyclient');
    const response = await handler(new Request(url, { method: request.method() }));
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }
}

type WindowOptions = { readonly webPreferences: { readonly preload: string } };
const windows = new Set<BrowserWindow>();

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  readonly #preload: string;

  constructor({ webPreferences }: WindowOptions) {
    super();
    theBrowser();
    this.#preload = webPreferences.preload;
    windows.add(this);
    app.emit('web-contents-created', preventable(), this.webContents);
  }
  async loadURL(url: string): Promise<void> {
    const { context } = theBrowser();
    const page = context.pages().find((open) => open.url() === 'about:blank') ?? (await context.newPage());
    await this.webContents.attach(page, this.#preload);
    page.once('close', () => {
      windows.delete(this);
      this.emit('closed');
      if (windows.size === 0) app.emit('window-all-closed');
    });
    await page.goto(toChromium(url));
    this.emit('ready-to-show');
  }
  show(): void {}
  focus(): void {}
  restore(): void {}
  isMinimized(): boolean {
    return false;
  }
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler(_handler: unknown): void {},
    setPermissionCheckHandler(_handler: unknown): void {},
    setDevicePermissionHandler(_handler: unknown): void {},
  },
};

/** The person at the dialog: takes the name that was offered, in the folder of `STAND_IN_SAVE_DIR`. */
export const dialog = {
  async showSaveDialog(_window: unknown, { defaultPath }: { defaultPath: string }) {
    const folder = process.env.STAND_IN_SAVE_DIR;
    if (folder === undefined) return { canceled: true, filePath: '' };
    return { canceled: false, filePath: path.join(folder, path.basename(defaultPath)) };
  },
  showErrorBox(title: string, text: string): void {
    console.error(`[error box] ${title}: ${text}`);
  },
};

export const Menu = {
  buildFromTemplate: (template: readonly object[]) => template,
  setApplicationMenu(_menu: unknown): void {},
};

/** Real encryption under a key that everybody knows: it shows that keys make the round trip, and hides nothing. */
const keychainKey = scryptSync('the keychain of the stand-in', 'salt', 32);
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const safeStorage = {
  isAsyncEncryptionAvailable: async () => true,
  getSelectedStorageBackend: () => process.env.STAND_IN_KEYCHAIN ?? 'gnome_libsecret',
  async encryptStringAsync(text: string): Promise<Buffer> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', keychainKey, nonce);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  },
  async decryptStringAsync(bytes: Buffer) {
    const decipher = createDecipheriv('aes-256-gcm', keychainKey, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const body = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    return { shouldReEncrypt: false, result: Buffer.concat([body, decipher.final()]).toString('utf8') };
  },
};
