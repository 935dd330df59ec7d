import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

const run = promisify(execFile);
const DPI = 200;
/** More labels than any sheet has. */
const MAX_SYMBOLS = 100;

/** Renders a printed sheet and reads every QR on it, as a camera would: page by page. */
export async function readLabels(pdf: string): Promise<string[][]> {
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-labels-'));
  try {
    await run('pdftoppm', ['-r', String(DPI), '-gray', '-png', pdf, path.join(folder, 'page')]);
    const pages: string[][] = [];
    for (const file of readdirSync(folder).sort()) {
      const found = await readBarcodes(new Uint8Array(readFileSync(path.join(folder, file))), {
        formats: ['QRCode'],
        maxNumberOfSymbols: MAX_SYMBOLS,
        tryHarder: true,
      });
      pages.push(found.filter((symbol) => symbol.isValid).map((symbol) => symbol.text));
    }
    return pages;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
