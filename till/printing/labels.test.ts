import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanGrayBuffer } from '@undecaf/zbar-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { displayCode } from '../../shared/codes/display-code.ts';
import { generateCode } from '../../shared/codes/generate-code.ts';
import { wideFontsIn } from './fonts.ts';
import { type LabelTemplateId, labelOrigin, labelSheets, labelsPerPage } from './label-templates.ts';
import { type Label, type LabelSheetInput, previewLabelSheet, renderLabelSheet } from './labels.ts';

const templates = Object.keys(labelSheets) as LabelTemplateId[];
const sheets = templates.filter((id) => labelsPerPage(labelSheets[id]) > 1);
const hasPoppler = spawnSync('pdftoppm', ['-v']).error === undefined;
if (!hasPoppler) console.warn('label sheets are not rasterised: pdftoppm is missing (Debian: poppler-utils)');

/** Deterministic bytes, so that a failing label fails again. */
function pseudoRandom(seed: number) {
  let state = seed;
  return (count: number) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    });
}

function makeLabels(count: number, seed = 1): Label[] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const code = generateCode(
      i % 7 === 6 ? { kind: 'uuid' } : { kind: 'crockford', length: 8 + (i % 5) * 4 },
      random,
    );
    return {
      display: displayCode(code),
      qrText: code,
      title: 'Grüße – 5 € Rabatt auf Gärten',
      subtitle: 'From 25.00 EUR. Not with other offers.',
      expiry: 'Valid until 31.12.2026',
    };
  });
}

const defaults = { startAt: 1, outline: false, title: 'Labels', madeAt: new Date(Date.UTC(2026, 10, 24)) };

async function render(input: Pick<LabelSheetInput, 'template' | 'labels'> & Partial<LabelSheetInput>) {
  const chunks: Uint8Array[] = [];
  const result = await renderLabelSheet(
    { ...defaults, ...input },
    { write: (bytes) => void chunks.push(bytes) },
  );
  return { result, pdf: Buffer.concat(chunks) };
}

describe('renderLabelSheet', () => {
  it('gives the same bytes for the same input', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => render({ template: 'L7160', labels: makeLabels(30) })),
    );
    expect(first?.pdf.equals(second?.pdf ?? Buffer.alloc(0))).toBe(true);
    expect(first?.pdf.subarray(0, 8).toString()).toBe('%PDF-1.7');
    expect(first?.pdf.toString('latin1')).toContain('/PrintScaling /None');
  });

  it('goes on where a part-used sheet ends', async () => {
    const { result } = await render({ template: 'L7160', labels: makeLabels(21), startAt: 21 });
    expect(result).toEqual({ ok: true, value: { labels: 21, pages: 2 } });
  });

  it('refuses a first label beyond the sheet', async () => {
    const { result } = await render({ template: '5163', labels: makeLabels(1), startAt: 11 });
    expect(result).toEqual({ ok: false, error: { code: 'start_beyond_page', perPage: 10 } });
  });

  it('says which label has too much in its QR', async () => {
    const labels = makeLabels(2);
    labels[1] = { ...(labels[1] as Label), qrText: 'x'.repeat(400) };
    const { result } = await render({ template: 'L4732', labels });
    expect(result).toEqual({ ok: false, error: { code: 'qr_too_large', label: 2 } });
  });

  it('waits for a slow sink, page by page', async () => {
    let waiting = 0;
    let most = 0;
    await renderLabelSheet(
      { ...defaults, template: '5163', labels: makeLabels(30) },
      {
        async write() {
          most = Math.max(most, ++waiting);
          await new Promise((resolve) => setTimeout(resolve, 1));
          waiting--;
        },
      },
    );
    expect(most).toBe(1);
  });
});

describe.skipIf(!hasPoppler)('a printed sheet', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'counterfoil-labels-'));
    const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
    const bytes = readFileSync(wasm);
    // A copy: the buffer of a small file is shared with other files.
    prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(bytes).buffer } });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function rasterise(pdf: Buffer, dpi: number): { width: number; height: number; gray: Uint8Array }[] {
    const file = join(folder, 'sheet.pdf');
    writeFileSync(file, pdf);
    const pgm = execFileSync('pdftoppm', ['-r', String(dpi), '-gray', file], { maxBuffer: 2 ** 28 });
    const pages = [];
    for (let at = 0; at < pgm.length; ) {
      const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(pgm.toString('latin1', at, at + 40));
      if (!header) throw new Error('not a PGM');
      const [width, height] = [Number(header[1]), Number(header[2])];
      at += header[0].length;
      pages.push({ width, height, gray: new Uint8Array(pgm.subarray(at, at + width * height)) });
      at += width * height;
    }
    return pages;
  }

  it.each(sheets)('%s: every QR decodes at 150 dpi, in its own label', async (id) => {
    const dpi = 150;
    const template = labelSheets[id];
    const perPage = labelsPerPage(template);
    const labels = makeLabels(perPage + 3, 7);
    const { pdf } = await render({ template: id, labels, startAt: 2, outline: true });
    const pages = rasterise(pdf, dpi);
    expect(pages).toHaveLength(2);
    let slot = 1;
    for (const [pageIndex, { width, height, gray }] of pages.entries()) {
      expect(width).toBeCloseTo((template.pageWidthMm / 25.4) * dpi, -1);
      const image = { width, height, colorSpace: 'srgb' as const, data: rgba(gray) };
      const found = await readBarcodes(image as ImageData, { formats: ['QRCode'], maxNumberOfSymbols: 255 });
      const inSlot = new Map(
        found.map(({ text, position: { topLeft, bottomRight } }) => {
          const at = slotAt(id, (topLeft.x + bottomRight.x) / 2, (topLeft.y + bottomRight.y) / 2, dpi);
          return [pageIndex * perPage + at, text];
        }),
      );
      for (; slot < Math.min((pageIndex + 1) * perPage, labels.length + 1); slot++) {
        expect(inSlot.get(slot), `label ${slot}`).toBe(labels[slot - 1]?.qrText);
      }
    }
    expect(slot).toBe(labels.length + 1);
  });

  const plainCodes = (labels: Label[]) =>
    labels.map((label, i) => ({ ...label, qrText: `7K3QWM9X${1_000 + i}` }));

  it.each([
    ['datamatrix', 'DataMatrix'],
    ['code128', 'Code128'],
  ] as const)('every %s decodes at 150 dpi', async (symbol, format) => {
    const labels = plainCodes(makeLabels(10, 3));
    for (const template of ['L7160', 'L7163', '5160', '5163'] as const) {
      const { result, pdf } = await render({ template, labels, symbol });
      expect(result.ok, template).toBe(true);
      const [page] = rasterise(pdf, 150);
      for (const [i, { qrText }] of labels.entries()) {
        const { gray, ...size } = cropLabel(page, template, i, 150);
        const image = { ...size, colorSpace: 'srgb' as const, data: rgba(gray) };
        const [found] = await readBarcodes(image as ImageData, { formats: [format] });
        expect(found?.text, `${template}, label ${i + 1}`).toBe(qrText);
      }
    }
  });

  it.each(['qr', 'code128'] as const)('its %s is read by another decoder too', async (symbol) => {
    const made = makeLabels(21, 5);
    const labels = symbol === 'qr' ? made : plainCodes(made);
    const { pdf } = await render({ template: 'L7160', labels, symbol });
    const [page] = rasterise(pdf, 150);
    for (const [i, { qrText }] of labels.entries()) {
      const { gray, width, height } = cropLabel(page, 'L7160', i, 150);
      const [found] = await scanGrayBuffer(new Uint8Array(gray).buffer, width, height);
      expect(found?.decode(), `label ${i + 1}`).toBe(qrText);
    }
  });

  it('is moved as a whole by the nudge', async () => {
    const plain = await previewLabelSheet({ ...defaults, template: 'L7160', labels: makeLabels(2) });
    const moved = await previewLabelSheet({
      ...defaults,
      template: 'L7160',
      labels: makeLabels(2),
      nudge: { xMm: 1.5, yMm: -2 },
    });
    if (!plain.ok || !moved.ok) throw new Error('refused');
    expect(moved.value.symbols.map(({ xMm, yMm }) => [xMm - 1.5, yMm + 2])).toEqual(
      plain.value.symbols.map(({ xMm, yMm }) => [expect.closeTo(xMm), expect.closeTo(yMm)]),
    );
    expect(moved.value.lines).toHaveLength(plain.value.lines.length);
  });

  it.each(templates)('%s: every label lies within 0.3 mm of the template', async (id) => {
    const dpi = 600;
    const template = labelSheets[id];
    const perPage = labelsPerPage(template);
    const { pdf } = await render({ template: id, labels: makeLabels(1), startAt: perPage, outline: true });
    const page = rasterise(pdf, dpi)[0];
    if (!page) throw new Error('no page');
    // The last label is printed, all others show their bare outline.
    for (let index = 0; index < perPage - 1; index++) {
      const { xMm, yMm } = labelOrigin(template, index);
      const middleX = xMm + template.labelWidthMm / 2;
      const middleY = yMm + template.labelHeightMm / 2;
      for (const edge of [xMm, xMm + template.labelWidthMm]) {
        expect(Math.abs(lineNear(page, dpi, edge, middleY, 'x') - edge), `label ${index + 1}`).toBeLessThan(
          0.1,
        );
      }
      for (const edge of [yMm, yMm + template.labelHeightMm]) {
        expect(Math.abs(lineNear(page, dpi, middleX, edge, 'y') - edge), `label ${index + 1}`).toBeLessThan(
          0.1,
        );
      }
    }
  });

  const design = { ground: '#202f45', accent: '#d7a13c', heading: '', note: 'Thank you for your visit' };
  const cards = ['C32011', '5371', 'A6', 'L7163'] as const;

  it.each(cards)('%s: every QR of a voucher card with a logo decodes at 150 dpi', async (template) => {
    const labels = plainCodes(makeLabels(Math.min(4, labelsPerPage(labelSheets[template])), 11));
    const card = { design, logo: Uint8Array.from(Buffer.from(logoBase64, 'base64')) };
    const { result, pdf } = await render({ template, labels, card });
    expect(result.ok).toBe(true);
    const [page] = rasterise(pdf, 150);
    for (const [i, { qrText }] of labels.entries()) {
      const { gray, ...size } = cropLabel(page, template, i, 150);
      const image = { ...size, colorSpace: 'srgb' as const, data: rgba(gray) };
      const [found] = await readBarcodes(image as ImageData, { formats: ['QRCode'] });
      expect(found?.text, `card ${i + 1}`).toBe(qrText);
    }
    const preview = await previewLabelSheet({ ...defaults, template, labels, card });
    expect(preview).toMatchObject({ ok: true, value: { logos: { length: labels.length } } });
    expect(preview.ok && preview.value.lines.every(({ ink }) => ink === '#ffffff')).toBe(true);
  });

  it('prints letters that the standard fonts lack from the embedded one', async () => {
    const label = {
      ...(makeLabels(1)[0] as Label),
      title: 'Скидка 10 % – Žluťoučký',
      subtitle: 'Έκπτωση ab 5 €',
    };
    const folderOfFonts = join(
      createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'),
      '../ttf',
    );
    const { pdf } = await render({
      template: 'L7163',
      labels: [label],
      wideFonts: wideFontsIn(folderOfFonts),
    });
    const file = join(folder, 'wide.pdf');
    writeFileSync(file, pdf);
    const text = execFileSync('pdftotext', ['-layout', file, '-']).toString().replace(/\s+/g, ' ').trim();
    expect(text).toBe(`Скидка 10 % – Žluťoučký Έκπτωση ab 5 € Valid until 31.12.2026 ${label.display}`);
    // Only the letters that stand there.
    expect(pdf.length).toBeLessThan(60_000);
  });

  it('prints accents and the euro, and no garbage for what the fonts lack', async () => {
    const label = {
      ...(makeLabels(1)[0] as Label),
      title: 'Grüße 5 € Žluťoučký',
      subtitle: 'Скидка 🎉 10 %',
    };
    const { pdf } = await render({ template: 'L7163', labels: [label] });
    const file = join(folder, 'text.pdf');
    writeFileSync(file, pdf);
    const text = execFileSync('pdftotext', ['-layout', file, '-']).toString().replace(/\s+/g, ' ').trim();
    expect(text).toBe(`Grüße 5 € Žlutoucký … 10 % Valid until 31.12.2026 ${label.display}`);
  });
});

/** 24 by 8 pixels of PNG, half of them half transparent. */
const logoBase64 =
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAICAYAAADjoT9jAAAAIklEQVR42mM4YaMRhYb/o2GK5BlGLSDGAqoaiC4/agFBeQBib2JwZF0NnQAAAABJRU5ErkJggg==';

function rgba(gray: Uint8Array): Uint8ClampedArray {
  const data = new Uint8ClampedArray(gray.length * 4);
  for (const [i, value] of gray.entries()) data.set([value, value, value, 255], i * 4);
  return data;
}

/** The label of a page that holds this pixel, or -1. */
function slotAt(id: LabelTemplateId, x: number, y: number, dpi: number): number {
  const template = labelSheets[id];
  const [xMm, yMm] = [(x / dpi) * 25.4, (y / dpi) * 25.4];
  for (let index = 0; index < labelsPerPage(template); index++) {
    const origin = labelOrigin(template, index);
    const inside =
      xMm > origin.xMm &&
      xMm < origin.xMm + template.labelWidthMm &&
      yMm > origin.yMm &&
      yMm < origin.yMm + template.labelHeightMm;
    if (inside) return index;
  }
  return -1;
}

/** What a scanner sees that is held before one label. */
function cropLabel(
  page: { width: number; height: number; gray: Uint8Array } | undefined,
  id: LabelTemplateId,
  index: number,
  dpi: number,
): { width: number; height: number; gray: Uint8Array } {
  if (!page) throw new Error('no page');
  const pixel = (mm: number) => Math.round((mm / 25.4) * dpi);
  const { xMm, yMm } = labelOrigin(labelSheets[id], index);
  const [left, top] = [pixel(xMm), pixel(yMm)];
  const [width, height] = [pixel(labelSheets[id].labelWidthMm), pixel(labelSheets[id].labelHeightMm)];
  const gray = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * page.width + left;
    gray.set(page.gray.subarray(start, start + width), y * width);
  }
  return { width, height, gray };
}

/** Where the darkest pixel is along one axis within 0.7 mm of a point; millimetres. */
function lineNear(
  page: { width: number; gray: Uint8Array },
  dpi: number,
  xMm: number,
  yMm: number,
  axis: 'x' | 'y',
): number {
  const pixel = (mm: number) => Math.floor((mm / 25.4) * dpi);
  let darkest = 256;
  let at = Number.NaN;
  const reach = pixel(0.7);
  for (let offset = -reach; offset <= reach; offset++) {
    const x = pixel(xMm) + (axis === 'x' ? offset : 0);
    const y = pixel(yMm) + (axis === 'y' ? offset : 0);
    const value = page.gray[y * page.width + x] ?? 255;
    if (value < darkest) {
      darkest = value;
      at = (((axis === 'x' ? x : y) + 0.5) / dpi) * 25.4;
    }
  }
  return darkest < 230 ? at : Number.NaN;
}
