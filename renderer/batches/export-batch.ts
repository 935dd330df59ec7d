import type { Answer } from '../../shared/contracts/operation.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Client } from '../api/client.ts';
import type { SavedFile } from '../api/transport.ts';

/** A batch's codes as one file, fetched in parts. `undefined`: a part was refused. */
export async function exportBatch(client: Client, batchId: string): Promise<SavedFile | undefined> {
  const parts: string[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const answer: Answer<OutputOf<'batches.export'>> = await client.call('batches.export', {
      batchId,
      after,
    });
    if (!answer.ok) return undefined;
    const { fileName, mime, base64, next }: OutputOf<'batches.export'> = answer.value;
    parts.push(atob(base64));
    if (next === undefined) return { fileName, mime, base64: btoa(parts.join('')) };
    after = next;
  }
  return undefined;
}
