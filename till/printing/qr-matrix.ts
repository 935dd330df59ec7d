import { create } from 'qrcode';

/** Level M restores 15 % of the symbol: a scratch, a crease. */
const ERROR_CORRECTION = 'M';
/** ISO/IEC 18004 §9.1: four modules of white on every side. */
export const QUIET_ZONE_MODULES = 4;

export type QrMatrix = {
  /** Modules per side, without the quiet zone. */
  readonly size: number;
  /** Row by row, 1 is dark. */
  readonly modules: Uint8Array;
};

/** ISO/IEC 18004 §8.4.3, with a letter: digits alone take less room in their own mode. */
const alphanumeric = /^[0-9 $%*+./:-]*[A-Z][0-9A-Z $%*+./:-]*$/;

/** @throws when the text is longer than the largest symbol holds (over 2,000 characters) */
export function qrMatrix(text: string): QrMatrix {
  // A code is one segment; the encoder's search for the best mix of modes costs more than all the rest.
  const content = alphanumeric.test(text) ? [{ data: text, mode: 'alphanumeric' as const }] : text;
  const { modules } = create(content, { errorCorrectionLevel: ERROR_CORRECTION });
  return { size: modules.size, modules: modules.data };
}

export type ModuleRectangle = { x: number; y: number; width: number; height: number };

/**
 * The dark modules as few rectangles that do not overlap: runs of a row, grown downwards while the rows below have the
 * same run. Drawn as one path, so that no renderer leaves a hairline between neighbours.
 */
export function darkRectangles(matrix: QrMatrix): ModuleRectangle[] {
  const { size, modules } = matrix;
  const finished: ModuleRectangle[] = [];
  let open = new Map<number, ModuleRectangle>();
  for (let y = 0; y < size; y++) {
    const next = new Map<number, ModuleRectangle>();
    let x = 0;
    while (x < size) {
      if (!modules[y * size + x]) {
        x++;
        continue;
      }
      const start = x;
      while (x < size && modules[y * size + x]) x++;
      const above = open.get(start);
      if (above && above.width === x - start) {
        above.height++;
        open.delete(start);
        next.set(start, above);
      } else {
        next.set(start, { x: start, y, width: x - start, height: 1 });
      }
    }
    finished.push(...open.values());
    open = next;
  }
  finished.push(...open.values());
  return finished;
}
