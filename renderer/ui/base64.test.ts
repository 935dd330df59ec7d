import { expect, it } from 'vitest';
import { fileOfBase64 } from './base64.ts';

it('decodes a file whole, across the parts that it is decoded in', async () => {
  for (const size of [0, 1, 196_607, 196_608, 196_609, 500_000]) {
    const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 31) & 0xff));
    const file = await fileOfBase64(bytes.toString('base64'), 'application/pdf');
    expect(file.type).toBe('application/pdf');
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
  }
});
