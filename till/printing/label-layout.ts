import type { LabelTemplate } from './label-templates.ts';
import type { CodeSymbol } from './symbols.ts';

/** PDF points. */
export const POINTS_PER_MM = 72 / 25.4;

/** `code`: one width for all characters, and 0, O, 1 and I that differ. */
export type FontFace = 'regular' | 'bold' | 'code';
/** Width of a text in points at a size of 1 point. */
export type MeasureText = (face: FontFace, text: string) => number;

export type LabelText = {
  /** The offer's name. */
  readonly title: string;
  /** The terms in one line; may be empty. */
  readonly subtitle: string;
  /** What the shop wants to say besides; cards only. */
  readonly note?: string;
  /** The code as people read it, in groups. */
  readonly display: string;
  /** How long it is valid; may be empty. */
  readonly expiry: string;
};

export type PlacedLine = {
  readonly face: FontFace;
  readonly text: string;
  readonly sizePt: number;
  /** Left end of the baseline, from the label's top left corner. */
  readonly xPt: number;
  readonly baselinePt: number;
};

export type LabelLayout = {
  readonly symbol: {
    readonly moduleMm: number;
    /** Of one unit of the symbol's height: a module, or all of a bar. */
    readonly unitHeightMm: number;
    /** Corner of the first module, inside the quiet zone, from the label's corner. */
    readonly xMm: number;
    readonly yMm: number;
  };
  readonly lines: readonly PlacedLine[];
};

/**
 * Modules are whole dots of a 300 dpi printer (also of 600 and 1200 dpi), else their edges are blurred by half dots.
 * Five dots are 0.423 mm, the first multiple over the 0.396 mm that GS1 demands at the point of sale (GS1 General
 * Specifications, symbol specification table 1); labels too small for the text go down to three.
 */
export const DOT_MM = 25.4 / 300;
const MAX_MODULE_DOTS = 10;
const MIN_MODULE_DOTS = 3;
const FIRST_CHOICE_MIN_DOTS = 5;
/** The QR may take this much of the label's width; the rest is text. */
const QR_WIDTH_SHARE = 0.45;

const MIN_FONT_PT = 4.5;
const ELLIPSIS = '…';

/** `undefined` when the symbol does not fit the label even with the smallest modules. */
export function layoutLabel(
  template: LabelTemplate,
  symbol: Pick<CodeSymbol, 'width' | 'height' | 'quiet'>,
  text: LabelText,
  measure: MeasureText,
): LabelLayout | undefined {
  if (symbol.height === undefined) return layoutBars(template, symbol, text, measure);
  const { labelWidthMm: width, labelHeightMm: height } = template;
  // The die cut wanders by half a millimetre; the quiet zone may reach into the margin of the label, nothing else.
  const paddingMm = Math.min(2.5, height * 0.06);
  const modules = symbol.width + 2 * symbol.quiet;
  const dots = moduleDots(modules, width, height - 2 * paddingMm);
  if (dots === undefined) return undefined;
  const moduleMm = dots * DOT_MM;
  const sideMm = modules * moduleMm;
  const textLeftMm = paddingMm + sideMm + 0.5;
  const box: TextBox = {
    xPt: textLeftMm * POINTS_PER_MM,
    widthPt: (width - paddingMm - textLeftMm) * POINTS_PER_MM,
    topPt: paddingMm * POINTS_PER_MM,
    heightPt: (height - 2 * paddingMm) * POINTS_PER_MM,
  };
  return {
    symbol: {
      moduleMm,
      unitHeightMm: moduleMm,
      xMm: paddingMm + symbol.quiet * moduleMm,
      yMm: (height - sideMm) / 2 + symbol.quiet * moduleMm,
    },
    lines: layoutText(box, text, measure),
  };
}

const BAR_HEIGHT_SHARE = 0.38;
const MAX_BAR_HEIGHT_MM = 15;
const MAX_BAR_DOTS = 6;

/** Bars stand below the text, across the label, as wide as they can be. */
function layoutBars(
  template: LabelTemplate,
  symbol: Pick<CodeSymbol, 'width' | 'quiet'>,
  text: LabelText,
  measure: MeasureText,
): LabelLayout | undefined {
  const { labelWidthMm: width, labelHeightMm: height } = template;
  const paddingMm = Math.min(2.5, height * 0.06);
  const modules = symbol.width + 2 * symbol.quiet;
  const dots = Math.min(MAX_BAR_DOTS, Math.floor((width - paddingMm) / modules / DOT_MM));
  if (dots < MIN_MODULE_DOTS) return undefined;
  const moduleMm = dots * DOT_MM;
  const barsMm = Math.min(MAX_BAR_HEIGHT_MM, (height - 2 * paddingMm) * BAR_HEIGHT_SHARE);
  const box: TextBox = {
    xPt: paddingMm * POINTS_PER_MM,
    widthPt: (width - 2 * paddingMm) * POINTS_PER_MM,
    topPt: paddingMm * POINTS_PER_MM,
    heightPt: (height - 2 * paddingMm - barsMm - 0.5) * POINTS_PER_MM,
  };
  return {
    symbol: {
      moduleMm,
      unitHeightMm: barsMm,
      xMm: (width - modules * moduleMm) / 2 + symbol.quiet * moduleMm,
      yMm: height - paddingMm - barsMm,
    },
    lines: layoutText(box, text, measure),
  };
}

function moduleDots(modules: number, widthMm: number, innerHeightMm: number): number | undefined {
  const fitting = (sideMm: number) => Math.floor(sideMm / modules / DOT_MM);
  const comfortable = fitting(Math.min(innerHeightMm, widthMm * QR_WIDTH_SHARE));
  if (comfortable >= FIRST_CHOICE_MIN_DOTS) return Math.min(comfortable, MAX_MODULE_DOTS);
  // Text gives way first: a code that does not scan is worth nothing.
  const possible = Math.min(fitting(Math.min(innerHeightMm, widthMm * 0.6)), FIRST_CHOICE_MIN_DOTS);
  return possible >= MIN_MODULE_DOTS ? possible : undefined;
}

type TextBox = { xPt: number; widthPt: number; topPt: number; heightPt: number };
type Block = { face: FontFace; sizePt: number; lines: readonly string[]; gapPt: number };

/** Reference height of the text box at which the sizes below hold. */
const REFERENCE_HEIGHT_PT = 95;
const LINE_HEIGHT = 1.16;
/** Share of the line height above the baseline. */
const ASCENT = 0.92;

/** Texts in the middle of a box, as large as they fit. */
export function layoutText(box: TextBox, text: LabelText, measure: MeasureText): PlacedLine[] {
  const scale = Math.min(1.3, Math.max(0.5, box.heightPt / REFERENCE_HEIGHT_PT));
  let blocks: Block[] = [];
  // What does not fit gives way in this order: second lines, the terms, then size.
  for (const attempt of attempts) {
    blocks = composeBlocks(box, text, measure, scale * attempt.scale, attempt);
    if (blocksHeight(blocks) <= box.heightPt) break;
  }
  return place(box, blocks);
}

type Attempt = { scale: number; titleLines: number; termLines: number };
const attempts: readonly Attempt[] = [
  { scale: 1, titleLines: 2, termLines: 3 },
  { scale: 0.9, titleLines: 2, termLines: 2 },
  { scale: 0.85, titleLines: 1, termLines: 2 },
  { scale: 0.8, titleLines: 1, termLines: 1 },
  { scale: 0.7, titleLines: 1, termLines: 1 },
  { scale: 0.7, titleLines: 1, termLines: 0 },
  { scale: 0.5, titleLines: 0, termLines: 0 },
];

function composeBlocks(
  box: TextBox,
  text: LabelText,
  measure: MeasureText,
  scale: number,
  limit: Attempt,
): Block[] {
  const blocks: Block[] = [];
  const add = (face: FontFace, content: string, sizePt: number, maxLines: number, gapPt: number) => {
    if (content === '' || maxLines === 0) return;
    const size = Math.max(MIN_FONT_PT, sizePt);
    blocks.push({
      face,
      sizePt: size,
      lines: wrap(content, face, size, box.widthPt, maxLines, measure),
      gapPt,
    });
  };
  add('bold', text.title, 12 * scale, limit.titleLines, 0);
  add('regular', text.subtitle, 8 * scale, limit.termLines, 2 * scale);
  add('regular', text.note ?? '', 8 * scale, limit.termLines, 2 * scale);
  add('regular', text.expiry, 8 * scale, Math.min(1, limit.termLines), 1 * scale);
  const code = fitCode(text.display, 15 * scale, box.widthPt, measure);
  blocks.push({ face: 'code', ...code, gapPt: blocks.length === 0 ? 0 : 6 * scale });
  return blocks;
}

function blocksHeight(blocks: readonly Block[]): number {
  return blocks.reduce(
    (sum, block) => sum + block.gapPt + block.lines.length * block.sizePt * LINE_HEIGHT,
    0,
  );
}

function place(box: TextBox, blocks: readonly Block[]): PlacedLine[] {
  const placed: PlacedLine[] = [];
  let y = box.topPt + Math.max(0, (box.heightPt - blocksHeight(blocks)) / 2);
  for (const { face, sizePt, lines, gapPt } of blocks) {
    y += gapPt;
    for (const text of lines) {
      placed.push({ face, text, sizePt, xPt: box.xPt, baselinePt: y + sizePt * ASCENT });
      y += sizePt * LINE_HEIGHT;
    }
  }
  return placed;
}

const LEGIBLE_CODE_PT = 6.5;

/** The code is never cut: on one line when that stays legible, else broken at its dashes, else set smaller. */
function fitCode(
  display: string,
  sizePt: number,
  widthPt: number,
  measure: MeasureText,
): { sizePt: number; lines: string[] } {
  const oneLine = Math.min(sizePt, widthPt / measure('code', display));
  if (oneLine >= Math.min(LEGIBLE_CODE_PT, sizePt)) return { sizePt: oneLine, lines: [display] };
  const groups = display.split('-');
  const perLine = Math.ceil(groups.length / 2);
  const lines = [groups.slice(0, perLine).join('-'), groups.slice(perLine).join('-')].filter(
    (line) => line !== '',
  );
  if (lines.length === 2) lines[0] += '-';
  const widest = Math.max(...lines.map((line) => measure('code', line)));
  return { sizePt: Math.min(sizePt, widthPt / widest), lines };
}

/** `10 %` and `5 €` stay together. */
const valueAndUnit = /(\d) ([%€£$])/g;

/** Breaks at spaces; what does not fit ends in an ellipsis. */
function wrap(
  text: string,
  face: FontFace,
  sizePt: number,
  widthPt: number,
  maxLines: number,
  measure: MeasureText,
): string[] {
  const fits = (line: string) => measure(face, line) * sizePt <= widthPt;
  const lines: string[] = [];
  let line = '';
  const words = text.replace(valueAndUnit, '$1\u00A0$2').split(' ');
  for (let i = 0; i < words.length; i++) {
    const longer = line === '' ? (words[i] as string) : `${line} ${words[i]}`;
    if (fits(longer)) {
      line = longer;
    } else if (lines.length + 1 === maxLines) {
      return [...lines, cut(`${longer} ${words.slice(i + 1).join(' ')}`.trimEnd(), fits)];
    } else if (line === '') {
      // A single word wider than the label: it ends here, and the next one starts a new line.
      lines.push(cut(longer, fits));
    } else {
      lines.push(line);
      line = '';
      i--;
    }
  }
  return line === '' ? lines : [...lines, line];
}

function cut(text: string, fits: (line: string) => boolean): string {
  if (fits(text)) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(text.slice(0, middle).trimEnd() + ELLIPSIS)) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low).trimEnd() + ELLIPSIS;
}
