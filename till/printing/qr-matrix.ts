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

/** @throws when the text is longer than the largest symbol holds (over 2,000 characters) */
export function qrMatrix(text: string): QrMatrix {
  const { modules } = create(text, { errorCorrectionLevel: ERROR_CORRECTION });
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
