/// <reference path="./pdfkit-browser.d.ts" />
// pdfkit by the path of its browser build, in development and in the bundle alike: the build that its package gives to
// Node loads font metrics with `require` at run time and cannot be bundled. This one is plain ES modules with the
// metrics as data, so that bundlers need no alias, no external and no asset for it.
import CourierBold from 'pdfkit/standard-fonts/CourierBold';
import Helvetica from 'pdfkit/standard-fonts/Helvetica';
import HelveticaBold from 'pdfkit/standard-fonts/HelveticaBold';
import type { z } from 'zod';
import {
  PDFDocument,
  type PdfImage,
  registerStdFonts,
} from '../../node_modules/pdfkit/js/pdfkit.browser.mjs';
import type { labelPageSchema } from '../../shared/contracts/operations/batches.ts';
import { type CardDesign, MAX_LOGO_PIXELS } from '../../shared/contracts/operations/cards.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { type CardLayout, layoutCard } from './card-layout.ts';
import type { WideFonts } from './fonts.ts';
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
import { isPlain, printableText } from './printable-text.ts';
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
  /** Voucher cards instead of plain labels. `logo`: a PNG or JPEG that `openLogo` took. */
  readonly card?: { readonly design: CardDesign; readonly logo: Uint8Array | undefined } | undefined;
  /** For letters that the standard fonts lack. */
  readonly wideFonts?: (() => WideFonts) | undefined;
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
const wideNames = { regular: 'Wide', bold: 'Wide-Bold', code: 'Wide-Bold' } as const;
/** Text is set without kerning and ligatures, so that its measured width is the drawn one. */
const PLAIN: { features: [] } = { features: [] };
const OUTLINE = '0.6 G 0.25 w';

/** Writes the sheets as PDF 1.7, page by page: memory does not grow with the number of labels. */
export async function renderLabelSheet(
  input: LabelSheetInput,
  out: ByteSink,
): Promise<Result<{ labels: number; pages: number }, LabelSheetRefusal>> {
  const pdf = openDocument(sheetOf(input.template), input);
  const laid = await layOut(input, pdf, pdfPainter(pdf), () => pdf.drainTo(out));
  if (!laid.ok) return laid;
  await pdf.end();
  await pdf.drainTo(out);
  return laid;
}

/** The first page of the same, for the screen: laid out by the same rules and the same metrics. */
export async function previewLabelSheet(
  input: LabelSheetInput,
): Promise<Result<LabelPage, LabelSheetRefusal>> {
  const onOnePage = labelsPerPage(sheetOf(input.template)) - input.startAt + 1;
  const drawn = await drawPages({ ...input, labels: first(input.labels, onOnePage) });
  if (!drawn.ok) return drawn;
  const [page] = drawn.value.pages;
  assert(page, 'a sheet has a page');
  return ok(page);
}

/** All pages of the same, for the window's own print dialog. */
export async function drawPages(
  input: LabelSheetInput,
): Promise<Result<{ readonly pages: LabelPage[]; readonly labels: number }, LabelSheetRefusal>> {
  const sheet = sheetOf(input.template);
  const pdf = openDocument(sheet, input);
  const pages: LabelPage[] = [];
  const laid = await layOut(input, pdf, screenPainter(pages, sheet, pdf.measure), async () => {
    await new Promise((resume) => setImmediate(resume));
  });
  return laid.ok ? ok({ pages, labels: laid.value.labels }) : laid;
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
  label(origin: Nudge, layout: LabelLayout | CardLayout, symbol: CodeSymbol): void;
};
type Nudge = { readonly xMm: number; readonly yMm: number };

async function layOut(
  input: LabelSheetInput,
  { measure, printed, logo }: Sheet,
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
    const text = {
      title: printed(label.title),
      subtitle: printed(label.subtitle),
      expiry: printed(label.expiry ?? ''),
      display: printableText(label.display),
    };
    const design = input.card?.design;
    const layout = design
      ? layoutCard(
          sheet,
          symbol,
          { ...text, note: printed(design.note) },
          { ...design, heading: printed(design.heading), logo },
          measure,
        )
      : layoutLabel(sheet, symbol, text, measure);
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

function pdfPainter({ document, logo }: Sheet): Painter {
  return {
    page: () => void document.addPage(),
    outlines: (sheet, nudge) => drawOutlines(document, sheet, nudge),
    label: (origin, layout, symbol) => drawLabel(document, origin, layout, symbol, logo),
  };
}

function screenPainter(pages: LabelPage[], sheet: LabelTemplate, measure: MeasureText): Painter {
  const mm = (pt: number) => pt / POINTS_PER_MM;
  const page = () => pages.at(-1) as LabelPage;
  return {
    page() {
      const { pageWidthMm: widthMm, pageHeightMm: heightMm } = sheet;
      pages.push({ widthMm, heightMm, outlines: [], panels: [], logos: [], symbols: [], lines: [] });
    },
    outlines(_sheet, nudge) {
      for (let index = 0; index < labelsPerPage(sheet); index++) {
        const { xMm, yMm } = labelOrigin(sheet, index);
        page().outlines.push({
          xMm: xMm + nudge.xMm,
          yMm: yMm + nudge.yMm,
          widthMm: sheet.labelWidthMm,
          heightMm: sheet.labelHeightMm,
        });
      }
    },
    label(origin, layout, symbol) {
      const { moduleMm, unitHeightMm, xMm, yMm } = layout.symbol;
      const at = <B extends Nudge>(box: B): B => ({
        ...box,
        xMm: origin.xMm + box.xMm,
        yMm: origin.yMm + box.yMm,
      });
      if ('panels' in layout) page().panels.push(...layout.panels.map(at));
      if ('logo' in layout && layout.logo) page().logos.push(at(layout.logo));
      const unit = unitHeightMm / moduleMm;
      const path = symbol.dark
        .map(({ x, y, width, height }) => `M${x} ${y * unit}h${width}v${height * unit}h${-width}z`)
        .join('');
      page().symbols.push({ xMm: origin.xMm + xMm, yMm: origin.yMm + yMm, moduleMm, path });
      for (const { face, text, sizePt, xPt, baselinePt } of layout.lines)
        page().lines.push({
          face,
          text,
          xMm: origin.xMm + mm(xPt),
          baselineMm: origin.yMm + mm(baselinePt),
          sizeMm: mm(sizePt),
          widthMm: mm(measure(face, text) * sizePt),
          ...('ink' in layout ? { ink: layout.ink } : {}),
        });
    },
  };
}

/** A picture as a logo: its bytes are PNG or JPEG, whole, and no larger than paper needs. */
export function openLogo(
  bytes: Uint8Array,
): Result<{ mime: 'image/png' | 'image/jpeg' }, 'unreadable' | 'too_large'> {
  let image: PdfImage;
  try {
    image = blankDocument().openImage(bytes);
  } catch {
    return err('unreadable');
  }
  const { width, height } = image;
  if (!(width >= 1 && height >= 1)) return err('unreadable');
  if (width > MAX_LOGO_PIXELS || height > MAX_LOGO_PIXELS) return err('too_large');
  return ok({ mime: bytes[0] === 0xff ? 'image/jpeg' : 'image/png' });
}

function blankDocument(): PDFDocument {
  registerStdFonts(Helvetica);
  return new PDFDocument({ ...plainDocument, size: [1, 1], info: {} });
}

const plainDocument = {
  margin: 0,
  autoFirstPage: false,
  compress: true,
  pdfVersion: '1.7',
  font: fonts.regular,
  displayTitle: true,
} as const;

type Sheet = ReturnType<typeof openDocument>;

function openDocument(template: LabelTemplate, input: LabelSheetInput) {
  registerStdFonts(Helvetica, HelveticaBold, CourierBold);
  const document = new PDFDocument({
    ...plainDocument,
    size: [template.pageWidthMm * POINTS_PER_MM, template.pageHeightMm * POINTS_PER_MM],
    info: { Title: input.title, Producer: 'Counterfoil', Creator: 'Counterfoil', CreationDate: input.madeAt },
  });
  // PDF 32000-1 table 150: tells the print dialog not to fit the page to the paper, which would move every label.
  document._root.data.ViewerPreferences.data.PrintScaling = 'None';
  let chunks: Uint8Array[] = [];
  document.on('data', (chunk) => chunks.push(chunk));
  return {
    document,
    measure: textMeter(document),
    printed: printedIn(document, input.wideFonts),
    logo: input.card?.logo && document.openImage(input.card.logo),
    /** A picture with transparency is taken apart in the background: the document ends after that. */
    end: () =>
      new Promise<void>((resolve) => {
        document.on('end', resolve);
        document.end();
      }),
    async drainTo(out: ByteSink): Promise<void> {
      // pdfkit hands its chunks over in a microtask.
      await Promise.resolve();
      const ready = chunks;
      chunks = [];
      for (const chunk of ready) await out.write(chunk);
    },
  };
}

/** Texts as they can be printed; the embedded fonts are opened for the first that needs them. */
function printedIn(document: PDFDocument, wideFonts: LabelSheetInput['wideFonts']): (text: string) => string {
  let isOpen = false;
  const hasGlyph = (codePoint: number): boolean => {
    if (!wideFonts) return false;
    if (!isOpen) {
      const { regular, bold } = wideFonts();
      document.registerFont(wideNames.regular, regular).registerFont(wideNames.bold, bold);
      isOpen = true;
    }
    return document.font(wideNames.bold)._font.font.hasGlyphForCodePoint(codePoint);
  };
  return (text) => (isPlain(text) ? text : printableText(text, hasGlyph));
}

/** A line that has one letter beyond the standard fonts is set in the embedded one as a whole. */
const fontOf = (face: FontFace, text: string): string => (isPlain(text) ? fonts : wideNames)[face];

/** Widths at one point; labels of a batch share most of their texts. */
function textMeter(document: PDFDocument): MeasureText {
  const known = new Map<string, number>();
  return (face: FontFace, text: string): number => {
    const key = `${face} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      width = document.font(fontOf(face, text)).fontSize(1).widthOfString(text, PLAIN);
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

function drawLabel(
  document: PDFDocument,
  origin: Nudge,
  layout: LabelLayout | CardLayout,
  code: CodeSymbol,
  logo: PdfImage | undefined,
): void {
  if ('panels' in layout) drawGround(document, origin, layout, logo);
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
      .font(fontOf(line.face, line.text))
      .fontSize(line.sizePt)
      .fillColor('ink' in layout ? layout.ink : '#000000')
      .text(line.text, left + line.xPt, top + line.baselinePt, {
        lineBreak: false,
        baseline: 'alphabetic',
        ...PLAIN,
      });
  }
}

function drawGround(
  document: PDFDocument,
  origin: Nudge,
  { panels, logo: box }: CardLayout,
  logo: PdfImage | undefined,
): void {
  const pt = (mm: number) => mm * POINTS_PER_MM;
  document.save();
  for (const { xMm, yMm, widthMm, heightMm, colour } of panels)
    document.rect(pt(origin.xMm + xMm), pt(origin.yMm + yMm), pt(widthMm), pt(heightMm)).fill(colour);
  if (logo && box)
    document.image(logo, pt(origin.xMm + box.xMm), pt(origin.yMm + box.yMm), {
      width: pt(box.widthMm),
      height: pt(box.heightMm),
      // The box was made for the picture as it is stored.
      ignoreOrientation: true,
    });
  document.restore();
}

/** Four decimals of a point are 35 nanometres; PDF knows no exponents. */
function points(mm: number): string {
  return (mm * POINTS_PER_MM).toFixed(4);
}
