import type { Answer } from '../../shared/contracts/operation.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Client } from '../api/client.ts';
import { base64OfFile } from '../ui/base64.ts';

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
    const base64 = await base64OfFile(file.slice(offset, offset + partBytes));
    answer = await client.call('imports.upload', { importId, offset, base64 });
  }
  if (answer.ok) onProgress(answer.value);
  return answer;
}
const MAX_NAME = 200;
