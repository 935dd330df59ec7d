/// <reference path="./pdfkit-browser.d.ts" />
// pdfkit by the path of its browser build, in development and in the bundle alike: the build that its package gives to
// Node loads font metrics with `require` at run time and cannot be bundled. This one is plain ES modules with the
// metrics as data, so that bundlers need no alias, no external and no asset for it.
import CourierBold from 'pdfkit/standard-fonts/CourierBold';
import Helvetica from 'pdfkit/standard-fonts/Helvetica';
import HelveticaBold from 'pdfkit/standard-fonts/HelveticaBold';
import type { z } from 'zod';
import { PDFDocument, registerStdFonts } from '../../node_modules/pdfkit/js/pdfkit.browser.mjs';
import type { labelPageSchema } from '../../shared/contracts/operations/batches.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import {
  type FontFace,
  type LabelLayout,
  layoutLabel,
  type MeasureText,
  POINTS_PER_MM,
} from './label-layout.ts';
import {
  type LabelTemplate,
  type LabelTemplateId,
  labelOrigin,
  labelsPerPage,
  sheetOf,
} from './label-templates.ts';
import { printableText } from './printable-text.ts';
import { type CodeSymbol, codeSymbol, type SymbolKind } from './symbols.ts';

type LabelPage = z.output<typeof labelPageSchema>;

export type Label = {
  /** The code as people read it, in groups. */
  readonly display: string;
  readonly qrText: string;
  readonly title: string;
  readonly subtitle: string;
  readonly expiry?: string;
};

export type LabelSheetInput = {
  readonly template: LabelTemplateId | LabelTemplate;
  readonly symbol?: SymbolKind;
  /** Moves everything on the page. */
  readonly nudge?: { readonly xMm: number; readonly yMm: number };
  /** The first free label of a part-used sheet, from 1. */
  readonly startAt: number;
  /** Draws every label's edge, to try a sheet on plain paper. */
  readonly outline: boolean;
  readonly labels: Iterable<Label>;
  /** The document's title; viewers show it. */
  readonly title: string;
  readonly madeAt: Date;
};

/** Takes the PDF piece by piece; it is awaited, so a slow file or socket holds the renderer back. */
export type ByteSink = { write(bytes: Uint8Array): void | Promise<void> };

export type LabelSheetRefusal =
  | { readonly code: 'start_beyond_page'; readonly perPage: number }
  /** The symbol of this label (from 1) has too many modules for the template. */
  | { readonly code: 'qr_too_large'; readonly label: number };

const fonts: Readonly<Record<FontFace, string>> = {
  regular: 'Helvetica',
  bold: 'Helvetica-Bold',
  code: 'Courier-Bold',
};
/** Text is set without kerning and ligatures, so that its measured width is the drawn one. */
const PLAIN: { features: [] } = { features: [] };
const OUTLINE = '0.6 G 0.25 w';

/** Writes the sheets as PDF 1.7, page by page: memory does not grow with the number of labels. */
export async function renderLabelSheet(
  input: LabelSheetInput,
  out: ByteSink,
): Promise<Result<{ labels: number; pages: number }, LabelSheetRefusal>> {
  const pdf = openDocument(sheetOf(input.template), input);
  const laid = await layOut(input, textMeter(pdf.document), pdfPainter(pdf.document), () => pdf.drainTo(out));
  if (!laid.ok) return laid;
  pdf.document.end();
  await pdf.drainTo(out);
  return laid;
}

/** The first page of the same, for the screen: laid out by the same rules and the same metrics. */
export async function previewLabelSheet(
  input: LabelSheetInput,
): Promise<Result<LabelPage, LabelSheetRefusal>> {
  const sheet = sheetOf(input.template);
  const pdf = openDocument(sheet, input);
  const measure = textMeter(pdf.document);
  const page: LabelPage = {
    widthMm: sheet.pageWidthMm,
    heightMm: sheet.pageHeightMm,
    outlines: [],
    symbols: [],
    lines: [],
  };
  const onOnePage = labelsPerPage(sheet) - input.startAt + 1;
  const laid = await layOut(
    { ...input, labels: first(input.labels, onOnePage) },
    measure,
    screenPainter(page, measure),
    async () => undefined,
  );
  return laid.ok ? ok(page) : laid;
}

function* first<T>(items: Iterable<T>, count: number): Generator<T> {
  let given = 0;
  for (const item of items) {
    if (given++ >= count) return;
    yield item;
  }
}

/** What lays a sheet out knows nothing of where it is drawn. */
type Painter = {
  page(): void;
  outlines(sheet: LabelTemplate, nudge: Nudge): void;
  label(origin: Nudge, layout: LabelLayout, symbol: CodeSymbol): void;
};
type Nudge = { readonly xMm: number; readonly yMm: number };

async function layOut(
  input: LabelSheetInput,
  measure: MeasureText,
  paint: Painter,
  afterPage: () => Promise<void>,
): Promise<Result<{ labels: number; pages: number }, LabelSheetRefusal>> {
  const sheet = sheetOf(input.template);
  const perPage = labelsPerPage(sheet);
  const nudge = input.nudge ?? { xMm: 0, yMm: 0 };
  assert(Number.isSafeInteger(input.startAt) && input.startAt >= 1, 'labels count from 1');
  if (input.startAt > perPage) return err({ code: 'start_beyond_page', perPage });
  let labels = 0;
  let pages = 0;
  for (const label of input.labels) {
    const slot = (input.startAt - 1 + labels) % perPage;
    if (labels === 0 || slot === 0) {
      // Adding a page completes the one before: its bytes can go.
      paint.page();
      pages++;
      await afterPage();
      if (input.outline) paint.outlines(sheet, nudge);
    }
    const symbol = codeSymbol(input.symbol ?? 'qr', label.qrText);
    const layout = layoutLabel(
      sheet,
      symbol,
      {
        title: printableText(label.title),
        subtitle: printableText(label.subtitle),
        expiry: printableText(label.expiry ?? ''),
        display: printableText(label.display),
      },
      measure,
    );
    if (!layout) return err({ code: 'qr_too_large', label: labels + 1 });
    const { xMm, yMm } = labelOrigin(sheet, slot);
    paint.label({ xMm: xMm + nudge.xMm, yMm: yMm + nudge.yMm }, layout, symbol);
    labels++;
  }
  if (pages === 0) {
    paint.page();
    pages = 1;
  }
  return ok({ labels, pages });
}

function pdfPainter(document: PDFDocument): Painter {
  return {
    page: () => void document.addPage(),
    outlines: (sheet, nudge) => drawOutlines(document, sheet, nudge),
    label: (origin, layout, symbol) => drawLabel(document, origin, layout, symbol),
  };
}

function screenPainter(page: LabelPage, measure: MeasureText): Painter {
  const mm = (pt: number) => pt / POINTS_PER_MM;
  return {
    page: () => undefined,
    outlines(sheet, nudge) {
      for (let index = 0; index < labelsPerPage(sheet); index++) {
        const { xMm, yMm } = labelOrigin(sheet, index);
        page.outlines.push({
          xMm: xMm + nudge.xMm,
          yMm: yMm + nudge.yMm,
          widthMm: sheet.labelWidthMm,
          heightMm: sheet.labelHeightMm,
        });
      }
    },
    label(origin, { symbol: { moduleMm, unitHeightMm, xMm, yMm }, lines }, symbol) {
      const unit = unitHeightMm / moduleMm;
      const path = symbol.dark
        .map(({ x, y, width, height }) => `M${x} ${y * unit}h${width}v${height * unit}h${-width}z`)
        .join('');
      page.symbols.push({ xMm: origin.xMm + xMm, yMm: origin.yMm + yMm, moduleMm, path });
      for (const { face, text, sizePt, xPt, baselinePt } of lines)
        page.lines.push({
          face,
          text,
          xMm: origin.xMm + mm(xPt),
          baselineMm: origin.yMm + mm(baselinePt),
          sizeMm: mm(sizePt),
          widthMm: mm(measure(face, text) * sizePt),
        });
    },
  };
}

function openDocument(template: LabelTemplate, input: LabelSheetInput) {
  registerStdFonts(Helvetica, HelveticaBold, CourierBold);
  const document = new PDFDocument({
    size: [template.pageWidthMm * POINTS_PER_MM, template.pageHeightMm * POINTS_PER_MM],
    margin: 0,
    autoFirstPage: false,
    compress: true,
    pdfVersion: '1.7',
    font: fonts.regular,
    displayTitle: true,
    info: { Title: input.title, Producer: 'Counterfoil', Creator: 'Counterfoil', CreationDate: input.madeAt },
  });
  // PDF 32000-1 table 150: tells the print dialog not to fit the page to the paper, which would move every label.
  document._root.data.ViewerPreferences.data.PrintScaling = 'None';
  let chunks: Uint8Array[] = [];
  document.on('data', (chunk) => chunks.push(chunk));
  return {
    document,
    async drainTo(out: ByteSink): Promise<void> {
      // pdfkit hands its chunks over in a microtask.
      await Promise.resolve();
      const ready = chunks;
      chunks = [];
      for (const chunk of ready) await out.write(chunk);
    },
  };
}

/** Widths at one point; labels of a batch share most of their texts. */
function textMeter(document: PDFDocument): MeasureText {
  const known = new Map<string, number>();
  return (face: FontFace, text: string): number => {
    const key = `${face} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      width = document.font(fonts[face]).fontSize(1).widthOfString(text, PLAIN);
      if (known.size >= MAX_MEASURED_TEXTS) known.clear();
      known.set(key, width);
    }
    return width;
  };
}
const MAX_MEASURED_TEXTS = 1_000;

function drawOutlines(document: PDFDocument, sheet: LabelTemplate, nudge: Nudge): void {
  const rectangles: string[] = [];
  for (let index = 0; index < labelsPerPage(sheet); index++) {
    const { xMm, yMm } = labelOrigin(sheet, index);
    const corner = `${points(xMm + nudge.xMm)} ${points(yMm + nudge.yMm)}`;
    rectangles.push(`${corner} ${points(sheet.labelWidthMm)} ${points(sheet.labelHeightMm)} re`);
  }
  document
    .save()
    .addContent(`${OUTLINE} ${rectangles.join(' ')} S`)
    .restore();
}

function drawLabel(document: PDFDocument, origin: Nudge, layout: LabelLayout, code: CodeSymbol): void {
  const { moduleMm, unitHeightMm, xMm, yMm } = layout.symbol;
  // In a coordinate system of one unit per module, the path needs whole numbers only.
  const path = code.dark.map(({ x, y, width, height }) => `${x} ${y} ${width} ${height} re`);
  const corner = `${points(origin.xMm + xMm)} ${points(origin.yMm + yMm)}`;
  document
    .save()
    .addContent(`${points(moduleMm)} 0 0 ${points(unitHeightMm)} ${corner} cm 0 g`)
    .addContent(`${path.join(' ')} f`)
    .restore();
  const left = origin.xMm * POINTS_PER_MM;
  const top = origin.yMm * POINTS_PER_MM;
  for (const line of layout.lines) {
    document
      .font(fonts[line.face])
      .fontSize(line.sizePt)
      .text(line.text, left + line.xPt, top + line.baselinePt, {
        lineBreak: false,
        baseline: 'alphabetic',
        ...PLAIN,
      });
  }
}

/** Four decimals of a point are 35 nanometres; PDF knows no exponents. */
function points(mm: number): string {
  return (mm * POINTS_PER_MM).toFixed(4);
}
