import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { z } from 'zod';
import type { Answer } from '../../shared/contracts/operation.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Core } from '../../till/core.ts';
import { channels } from '../channels.ts';
import { isOwnUrl } from './origin.ts';
import { savedFileSchema, saveFile } from './save-file.ts';

const MAX_NAME = 100;
const MAX_SESSION = 200;

const callSchema = z.strictObject({
  name: z.string().max(MAX_NAME),
  input: z.unknown(),
  session: z.string().max(MAX_SESSION).optional(),
});

/** Carries the procedure map over IPC: only from our page in the window's top frame, only in the agreed shape. */
export function serveWindow(window: BrowserWindow, core: Core): void {
  answer(window, channels.call, callSchema, ({ name, input, session }) =>
    core.call(name, input, session === undefined ? {} : { session }),
  );
  answer(window, channels.saveFile, savedFileSchema, (file) => saveFile(window, file));

  const unsubscribe = core.subscribe((push) => window.webContents.send(channels.push, push));
  window.once('closed', () => {
    unsubscribe();
    ipcMain.removeHandler(channels.call);
    ipcMain.removeHandler(channels.saveFile);
  });
}

function answer<S extends z.ZodType>(
  window: BrowserWindow,
  channel: string,
  schema: S,
  handle: (message: z.output<S>) => Promise<Answer<unknown>>,
): void {
  ipcMain.handle(channel, async (event, message: unknown): Promise<Answer<unknown>> => {
    if (!isFromPage(event, window)) return { ok: false, error: refusal('forbidden') };
    const parsed = schema.safeParse(message);
    if (!parsed.success) return { ok: false, error: refusal('invalid_input', { why: 'not a message' }) };
    return await handle(parsed.data);
  });
}

function isFromPage({ sender, senderFrame }: IpcMainInvokeEvent, window: BrowserWindow): boolean {
  return (
    sender === window.webContents &&
    senderFrame !== null &&
    senderFrame === window.webContents.mainFrame &&
    isOwnUrl(senderFrame.url)
  );
}
