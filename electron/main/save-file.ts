import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import { z } from 'zod';
import type { ErrorCode } from '../../shared/contracts/error-codes.ts';
import type { Answer } from '../../shared/contracts/operation.ts';
import { refusal } from '../../shared/contracts/refusal.ts';

/** A name without a path, of a kind that this product makes: the window cannot have a program written. */
const extensions = { 'application/pdf': 'pdf', 'text/csv': 'csv' } as const;
const MAX_BASE64 = 128 * 1_048_576;

export const savedFileSchema = z.object({
  fileName: z
    .string()
    .min(1)
    .max(150)
    .regex(/^[^/\\:*?"<>|\p{Cc}]+$/u),
  mime: z.enum(Object.keys(extensions) as [keyof typeof extensions]),
  base64: z.base64().max(MAX_BASE64),
});

/** Asks the person where, and writes it there. `saved: false`: they thought better of it. */
export async function saveFile(
  window: BrowserWindow,
  { fileName, mime, base64 }: z.output<typeof savedFileSchema>,
): Promise<Answer<{ saved: boolean }>> {
  const extension = extensions[mime];
  const name = fileName.endsWith(`.${extension}`) ? fileName : `${fileName}.${extension}`;
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: path.join(app.getPath('downloads'), name),
    filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
  });
  if (canceled || !filePath) return { ok: true, value: { saved: false } };
  try {
    await writeFile(filePath, Buffer.from(base64, 'base64'));
    return { ok: true, value: { saved: true } };
  } catch (error) {
    return { ok: false, error: refusal(writeFault(error), { path: filePath }) };
  }
}

function writeFault(error: unknown): ErrorCode {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'storage_full' : 'storage_readonly';
}
