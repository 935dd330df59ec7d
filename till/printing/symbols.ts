import bwipjs from 'bwip-js/generic';
import type { labelSymbols } from '../../shared/contracts/operations/batches.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { darkRectangles, type ModuleRectangle, QUIET_ZONE_MODULES, qrMatrix } from './qr-matrix.ts';

export type SymbolKind = (typeof labelSymbols)[number];

/** A symbol in modules, without its quiet zone. */
export type CodeSymbol = {
  readonly width: number;
  /** Undefined: bars, as high as there is room. */
  readonly height: number | undefined;
  readonly quiet: number;
  /** For bars, one unit high. */
  readonly dark: readonly ModuleRectangle[];
};

/** ISO/IEC 15417 §4.4.1: ten modules of white before and behind the bars. */
const LINEAR_QUIET_MODULES = 10;

/** @throws when the text is longer than the symbol holds */
export function codeSymbol(kind: SymbolKind, text: string): CodeSymbol {
  switch (kind) {
    case 'qr': {
      const matrix = qrMatrix(text);
      return square(matrix.size, matrix.modules);
    }
    case 'datamatrix': {
      const [drawn] = bwipjs.raw({ bcid: 'datamatrix', text });
      assert(drawn && 'pixs' in drawn, 'the encoder gives modules');
      return square(drawn.pixx, Uint8Array.from(drawn.pixs));
    }
    case 'code128':
      return bars(text);
  }
}

function square(size: number, modules: Uint8Array): CodeSymbol {
  return {
    width: size,
    height: size,
    quiet: QUIET_ZONE_MODULES,
    dark: darkRectangles({ size, modules }),
  };
}

function bars(text: string): CodeSymbol {
  const [drawn] = bwipjs.raw({ bcid: 'code128', text });
  assert(drawn && 'sbs' in drawn, 'the encoder gives the widths of bars and spaces in turn');
  const dark: ModuleRectangle[] = [];
  let x = 0;
  for (const [i, width] of drawn.sbs.entries()) {
    if (i % 2 === 0) dark.push({ x, y: 0, width, height: 1 });
    x += width;
  }
  return { width: x, height: undefined, quiet: LINEAR_QUIET_MODULES, dark };
}
