/// <reference path="./pdfkit-browser.d.ts" />
// pdfkit by the path of its browser build, in development and in the bundle alike: the build that its package gives to
// Node loads font metrics with `require` at run time and cannot be bundled. This one is plain ES modules with the
// metrics as data, so that bundlers need no alias, no external and no asset for it.
import CourierBold from 'pdfkit/standard-fonts/CourierBold';
import Helvetica from 'pdfkit/standard-fonts/Helvetica';
import HelveticaBold from 'pdfkit/standard-fonts/HelveticaBold';
import { PDFDocument, registerStdFonts } from '../../node_modules/pdfkit/js/pdfkit.browser.mjs';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { type FontFace, type LabelLayout, layoutLabel, POINTS_PER_MM } from './label-layout.ts';
import {
  type LabelTemplate,
  type LabelTemplateId,
  labelOrigin,
  labelSheets,
  labelsPerPage,
} from './label-templates.ts';
import { printableText } from './printable-text.ts';
import { darkRectangles, type QrMatrix, qrMatrix } from './qr-matrix.ts';

export type Label = {
  /** The code as people read it, in groups. */
  readonly display: string;
  readonly qrText: string;
  readonly title: string;
  readonly subtitle: string;
  readonly expiry?: string;
};

export type LabelSheetInput = {
  readonly template: LabelTemplateId;
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
  /** The QR of this label (from 1) has too many modules for the template. */
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
  const template = labelSheets[input.template];
  const perPage = labelsPerPage(template);
  assert(Number.isSafeInteger(input.startAt) && input.startAt >= 1, 'labels count from 1');
  if (input.startAt > perPage) return err({ code: 'start_beyond_page', perPage });

  const pdf = openDocument(template, input);
  const measure = textMeter(pdf.document);
  let labels = 0;
  let pages = 0;
  for (const label of input.labels) {
    const slot = (input.startAt - 1 + labels) % perPage;
    if (labels === 0 || slot === 0) {
      // Adding a page completes the one before: its bytes can go.
      pdf.document.addPage();
      pages++;
      await pdf.drainTo(out);
      if (input.outline) drawOutlines(pdf.document, template);
    }
    const matrix = qrMatrix(label.qrText);
    const layout = layoutLabel(
      template,
      matrix.size,
      {
        title: printableText(label.title),
        subtitle: printableText(label.subtitle),
        expiry: printableText(label.expiry ?? ''),
        display: printableText(label.display),
      },
      measure,
    );
    if (!layout) return err({ code: 'qr_too_large', label: labels + 1 });
    drawLabel(pdf.document, labelOrigin(template, slot), layout, matrix);
    labels++;
  }
  if (pages === 0) {
    pdf.document.addPage();
    pages = 1;
  }
  pdf.document.end();
  await pdf.drainTo(out);
  return ok({ labels, pages });
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
function textMeter(document: PDFDocument) {
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

function drawOutlines(document: PDFDocument, template: LabelTemplate): void {
  const rectangles: string[] = [];
  for (let index = 0; index < labelsPerPage(template); index++) {
    const { xMm, yMm } = labelOrigin(template, index);
    rectangles.push(
      `${points(xMm)} ${points(yMm)} ${points(template.labelWidthMm)} ${points(template.labelHeightMm)} re`,
    );
  }
  document
    .save()
    .addContent(`${OUTLINE} ${rectangles.join(' ')} S`)
    .restore();
}

function drawLabel(
  document: PDFDocument,
  origin: { xMm: number; yMm: number },
  layout: LabelLayout,
  matrix: QrMatrix,
): void {
  const { qr } = layout;
  const side = points(qr.moduleMm);
  // In a coordinate system of one unit per module, the path needs whole numbers only.
  const path = darkRectangles(matrix).map(({ x, y, width, height }) => `${x} ${y} ${width} ${height} re`);
  document
    .save()
    .addContent(`${side} 0 0 ${side} ${points(origin.xMm + qr.xMm)} ${points(origin.yMm + qr.yMm)} cm 0 g`)
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
