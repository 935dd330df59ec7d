import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';
import { assert } from '../../shared/kernel/assert.ts';
import { type QrMatrix, QUIET_ZONE_MODULES, qrMatrix } from './qr-matrix.ts';
import { type Receipt, type ReceiptLine, receiptLines } from './receipt-lines.ts';

export type PaperMm = 58 | 80;

/** 203 dpi: eight dots to a millimetre. Columns are those of the printers' font A. */
export const papers: Readonly<Record<PaperMm, { readonly dots: number; readonly columns: number }>> = {
  58: { dots: 384, columns: 32 },
  80: { dots: 576, columns: 48 },
};

/** 0.5 mm; GS1 asks for 0.396 at the least. Level M restores what a worn print head leaves out. */
const MODULE_DOTS = 4;
const MAX_MODULE_DOTS = 8;
/** Of the width of the paper, the symbol with its quiet zone. */
const QR_SHARE = 0.6;
export const FEED_BEFORE_CUT = 4;
/** How printers number their code pages. */
export const CODEPAGES = 'epson';
const GS = 0x1d;

/** The bytes for a receipt printer that speaks ESC/POS: every coupon on a piece of paper of its own. */
export function receiptBytes(receipts: Iterable<Receipt>, paper: PaperMm): Uint8Array {
  const { dots, columns } = papers[paper];
  const encoder = new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns,
    feedBeforeCut: FEED_BEFORE_CUT,
    codepageMapping: CODEPAGES,
  });
  encoder.initialize().codepage('auto');
  encoder.align('center');
  for (const receipt of receipts) {
    const { above, below } = receiptLines(receipt, columns);
    for (const line of above) writeLine(encoder, line);
    encoder.raw(rasterBytes(receiptQr(receipt.qrText, dots)));
    for (const line of below) writeLine(encoder, line);
    encoder.cut('partial');
  }
  return encoder.encode();
}

function writeLine(encoder: ReceiptPrinterEncoder, { text, bold, double, inverted }: ReceiptLine): void {
  if (text === '') {
    encoder.newline();
    return;
  }
  if (inverted) encoder.invert(true);
  if (bold) encoder.bold(true);
  if (double) encoder.size(2, 2);
  encoder.line(inverted ? ` ${text} ` : text);
  if (double) encoder.size(1, 1);
  if (bold) encoder.bold(false);
  if (inverted) encoder.invert(false);
}

/** A receipt as it comes out of the printer, for the screen. Sizes in dots of 1/8 mm. */
export function receiptPicture(receipt: Receipt, paper: PaperMm): ReceiptPicture {
  const { dots, columns } = papers[paper];
  const { widthBytes, height, bits } = receiptQr(receipt.qrText, dots);
  const rows: string[] = [];
  for (let y = 0; y < height; y++) {
    let from: number | undefined;
    for (let x = 0; x <= dots; x++) {
      const isDark = x < dots && (((bits[y * widthBytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1;
      if (isDark) from ??= x;
      else if (from !== undefined) {
        rows.push(`M${from} ${y}h${x - from}v1h${from - x}z`);
        from = undefined;
      }
    }
  }
  return {
    widthDots: dots,
    columns,
    symbol: { heightDots: height, path: rows.join('') },
    ...receiptLines(receipt, columns),
  };
}

export type ReceiptPicture = ReturnType<typeof receiptLines> & {
  readonly widthDots: number;
  readonly columns: number;
  readonly symbol: { readonly heightDots: number; readonly path: string };
};

/** Dots of a picture, a bit each, rows padded to whole bytes; set: black. */
export type Raster = { readonly widthBytes: number; readonly height: number; readonly bits: Uint8Array };

/** The QR as dots, on a ground as wide as the paper, so that it is centred whatever the printer makes of alignment. */
export function receiptQr(text: string, paperDots: number): Raster {
  const matrix = qrMatrix(text);
  const modules = matrix.size + 2 * QUIET_ZONE_MODULES;
  const fitting = Math.floor((paperDots * QR_SHARE) / modules);
  const dots = Math.max(MODULE_DOTS, Math.min(MAX_MODULE_DOTS, fitting));
  assert(modules * dots <= paperDots, 'a code is short enough for the paper');
  return draw(matrix, dots, paperDots);
}

function draw({ size, modules }: QrMatrix, dots: number, paperDots: number): Raster {
  const widthBytes = paperDots / 8;
  const side = (size + 2 * QUIET_ZONE_MODULES) * dots;
  const left = Math.floor((paperDots - side) / 2) + QUIET_ZONE_MODULES * dots;
  const top = QUIET_ZONE_MODULES * dots;
  const bits = new Uint8Array(widthBytes * side);
  for (let y = 0; y < size * dots; y++) {
    for (let x = 0; x < size * dots; x++) {
      if (!modules[Math.floor(y / dots) * size + Math.floor(x / dots)]) continue;
      const at = left + x;
      const byte = (top + y) * widthBytes + (at >> 3);
      bits[byte] = (bits[byte] as number) | (0x80 >> (at & 7));
    }
  }
  return { widthBytes, height: side, bits };
}

/** `GS v 0`: prints a raster bit image at the density of the head. */
function rasterBytes({ widthBytes, height, bits }: Raster): number[] {
  return [GS, 0x76, 0x30, 0, widthBytes & 0xff, widthBytes >> 8, height & 0xff, height >> 8, ...bits];
}
