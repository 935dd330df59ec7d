import type { Answer } from '../../shared/contracts/operation.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Client } from '../api/client.ts';

type Import = OutputOf<'imports.get'>;

/** Sends a file in parts, so that neither side holds it whole; goes on where it was cut off. */
export async function uploadFile(
  client: Client,
  importId: string,
  file: File,
  partBytes: number,
  onProgress: (state: Import) => void,
): Promise<Answer<Import>> {
  let answer: Answer<Import> = await client.call('imports.begin', {
    importId,
    fileName: file.name.slice(-MAX_NAME),
    bytes: file.size,
  });
  while (answer.ok && answer.value.state === 'uploading') {
    onProgress(answer.value);
    const offset = answer.value.received;
    const part = new Uint8Array(await file.slice(offset, offset + partBytes).arrayBuffer());
    answer = await client.call('imports.upload', { importId, offset, base64: base64Of(part) });
  }
  if (answer.ok) onProgress(answer.value);
  return answer;
}
const MAX_NAME = 200;

/** More arguments at once than this may be too many for a call. */
const CHARACTERS_AT_ONCE = 8_192;

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHARACTERS_AT_ONCE)
    text += String.fromCharCode(...bytes.subarray(at, at + CHARACTERS_AT_ONCE));
  return btoa(text);
}
