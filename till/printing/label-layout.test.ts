import { describe, expect, it } from 'vitest';
import { type LabelText, layoutLabel, type MeasureText, POINTS_PER_MM } from './label-layout.ts';
import { type LabelTemplateId, labelOrigin, labelSheets, labelsPerPage } from './label-templates.ts';
import { QUIET_ZONE_MODULES, qrMatrix } from './qr-matrix.ts';

const templates = Object.keys(labelSheets) as LabelTemplateId[];
/** Wider than Helvetica on average, so that what fits here fits there. */
const measure: MeasureText = (_face, text) => text.length * 0.62;
const text: LabelText = {
  title: 'Summer sale: 10 % off everything in the garden',
  subtitle: 'From 25.00 EUR. Not with other offers.',
  expiry: 'Valid until 31.12.2026',
  display: '7H2K-9QW4-X002',
};
const square = (size: number) => ({ width: size, height: size, quiet: QUIET_ZONE_MODULES });
const shortQr = qrMatrix('7H2K9QW4X002').size;

function layout(id: LabelTemplateId, qrSize = shortQr, changed: Partial<LabelText> = {}) {
  const made = layoutLabel(labelSheets[id], square(qrSize), { ...text, ...changed }, measure);
  if (!made) throw new Error('does not fit');
  return made;
}

describe.each(templates)('template %s', (id) => {
  const template = labelSheets[id];

  it('keeps every label on the page', () => {
    const last = labelOrigin(template, labelsPerPage(template) - 1);
    expect(template.originXMm).toBeGreaterThan(0);
    expect(template.originYMm).toBeGreaterThan(0);
    expect(last.xMm + template.labelWidthMm).toBeLessThan(template.pageWidthMm);
    expect(last.yMm + template.labelHeightMm).toBeLessThan(template.pageHeightMm);
    expect(template.pitchXMm).toBeGreaterThanOrEqual(template.labelWidthMm);
    expect(template.pitchYMm).toBeGreaterThanOrEqual(template.labelHeightMm);
  });

  it('prints the modules of a short code at no less than GS1 demands, in whole dots', () => {
    const { moduleMm } = layout(id).symbol;
    expect(moduleMm).toBeGreaterThanOrEqual(0.396);
    const dots = (moduleMm / 25.4) * 300;
    expect(dots).toBeCloseTo(Math.round(dots), 9);
  });

  it('keeps the QR with its quiet zone and all text inside the label, apart from each other', () => {
    for (const display of [text.display, '0f8fad5b-d9cb-469f-a165-70867728950e']) {
      const size = qrMatrix(display.replaceAll('-', '').toUpperCase()).size;
      const { symbol: qr, lines } = layout(id, size, { display });
      const quietMm = QUIET_ZONE_MODULES * qr.moduleMm;
      const qrRightMm = qr.xMm + size * qr.moduleMm + quietMm;
      expect(qr.xMm - quietMm).toBeGreaterThanOrEqual(0);
      expect(qr.yMm - quietMm).toBeGreaterThanOrEqual(0);
      expect(qr.yMm + size * qr.moduleMm + quietMm).toBeLessThanOrEqual(template.labelHeightMm);
      for (const line of lines) {
        expect(line.xPt / POINTS_PER_MM).toBeGreaterThanOrEqual(qrRightMm);
        expect(line.xPt + measure(line.face, line.text) * line.sizePt).toBeLessThanOrEqual(
          template.labelWidthMm * POINTS_PER_MM,
        );
        expect(line.baselinePt - line.sizePt).toBeGreaterThanOrEqual(-0.5);
        expect(line.baselinePt).toBeLessThanOrEqual(template.labelHeightMm * POINTS_PER_MM);
      }
    }
  });

  it('never cuts the code, however long the texts', () => {
    const { lines } = layout(id, shortQr, { title: 'word '.repeat(60).trim(), subtitle: 'x'.repeat(300) });
    expect(
      lines
        .filter((line) => line.face === 'code')
        .map((line) => line.text)
        .join(''),
    ).toBe(text.display);
  });
});

describe('layoutLabel', () => {
  it('ends a text that is too long in an ellipsis', () => {
    const { lines } = layout('L4732', shortQr, { title: 'word '.repeat(60).trim() });
    expect(lines.filter((line) => line.face === 'bold').at(-1)?.text).toMatch(/…$/);
  });

  it('keeps a number and its unit on one line', () => {
    const { lines } = layout('L7160', shortQr, { title: 'Get 10 % off now' });
    expect(lines.some((line) => line.text.includes('10\u00A0%'))).toBe(true);
  });

  it('leaves out texts that are empty', () => {
    const { lines } = layout('L7160', shortQr, { title: '', subtitle: '', expiry: '' });
    expect(lines.map((line) => line.text)).toEqual([text.display]);
  });

  it('refuses a QR that would need modules too small to scan', () => {
    const url = `https://coupons.example.com/redeem?code=${'X'.repeat(300)}`;
    expect(layoutLabel(labelSheets.L4732, square(qrMatrix(url).size), text, measure)).toBeUndefined();
  });
});
