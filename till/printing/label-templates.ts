import type { labelTemplates } from '../../shared/contracts/operations/batches.ts';

export type LabelTemplateId = (typeof labelTemplates)[number];

/** A sheet of equal labels. Millimetres from the top left corner of the page. */
export type LabelTemplate = {
  readonly pageWidthMm: number;
  readonly pageHeightMm: number;
  readonly columns: number;
  readonly rows: number;
  readonly labelWidthMm: number;
  readonly labelHeightMm: number;
  /** From one label's left (top) edge to the next one's. */
  readonly pitchXMm: number;
  readonly pitchYMm: number;
  /** Of the first label's corner. */
  readonly originXMm: number;
  readonly originYMm: number;
};

const MM_PER_INCH = 25.4;
const inches = (value: number): number => value * MM_PER_INCH;

const a4 = { pageWidthMm: 210, pageHeightMm: 297 } as const;
const letter = { pageWidthMm: inches(8.5), pageHeightMm: inches(11) } as const;

/**
 * A4 sheets: sizes as Avery prints them on the pack, pitch and origin as in the template files of gLabels
 * (avery-iso-templates.xml), which other sources differ from by tenths of a millimetre. L7163 is the exception: there
 * the columns would lie off centre, and what other makers give for the same sheet (2.5 mm between them) is symmetric.
 * Letter sheets: Avery's own
 * figures in inches.
 */
export const labelSheets: Readonly<Record<LabelTemplateId, LabelTemplate>> = {
  /** 21 to a page, 63.5 × 38.1 mm. */
  L7160: {
    ...a4,
    columns: 3,
    rows: 7,
    labelWidthMm: 63.5,
    labelHeightMm: 38.1,
    pitchXMm: 66.04,
    pitchYMm: 38.1,
    originXMm: 7.48,
    originYMm: 15.49,
  },
  /** 14 to a page, 99.1 × 38.1 mm. */
  L7163: {
    ...a4,
    columns: 2,
    rows: 7,
    labelWidthMm: 99.1,
    labelHeightMm: 38.1,
    pitchXMm: 101.6,
    pitchYMm: 38.1,
    originXMm: 4.65,
    originYMm: 15.17,
  },
  /** 65 to a page, 38.1 × 21.2 mm. */
  L7651: {
    ...a4,
    columns: 5,
    rows: 13,
    labelWidthMm: 38.1,
    labelHeightMm: 21.2,
    pitchXMm: 40.6,
    pitchYMm: 21.2,
    originXMm: 4.7,
    originYMm: 10.9,
  },
  /** 80 to a page, 35.6 × 16.9 mm. */
  L4732: {
    ...a4,
    columns: 5,
    rows: 16,
    labelWidthMm: 35.6,
    labelHeightMm: 16.9,
    pitchXMm: 38.1,
    pitchYMm: 16.9,
    originXMm: 11,
    originYMm: 13,
  },
  /** 30 to a page, 2 5/8 × 1 in. */
  '5160': {
    ...letter,
    columns: 3,
    rows: 10,
    labelWidthMm: inches(2.625),
    labelHeightMm: inches(1),
    pitchXMm: inches(2.75),
    pitchYMm: inches(1),
    originXMm: inches(0.1875),
    originYMm: inches(0.5),
  },
  /** 10 to a page, 4 × 2 in. */
  '5163': {
    ...letter,
    columns: 2,
    rows: 5,
    labelWidthMm: inches(4),
    labelHeightMm: inches(2),
    pitchXMm: inches(4.1875),
    pitchYMm: inches(2),
    originXMm: inches(0.15625),
    originYMm: inches(0.5),
  },
  /** 10 cards to a page, 85 × 54 mm, as wide as a bank card. */
  C32011: {
    ...a4,
    columns: 2,
    rows: 5,
    labelWidthMm: 85,
    labelHeightMm: 54,
    pitchXMm: 95,
    pitchYMm: 54,
    originXMm: 15,
    originYMm: 13.5,
  },
  /** 10 cards to a page, 3 1/2 × 2 in. */
  '5371': {
    ...letter,
    columns: 2,
    rows: 5,
    labelWidthMm: inches(3.5),
    labelHeightMm: inches(2),
    pitchXMm: inches(3.5),
    pitchYMm: inches(2),
    originXMm: inches(0.75),
    originYMm: inches(0.5),
  },
  /** One coupon on a page of its own, as near to its edge as printers go. */
  A6: {
    pageWidthMm: 105,
    pageHeightMm: 148,
    columns: 1,
    rows: 1,
    labelWidthMm: 97,
    labelHeightMm: 140,
    pitchXMm: 97,
    pitchYMm: 140,
    originXMm: 4,
    originYMm: 4,
  },
};

/** A known sheet by its name, or one that somebody measured. */
export function sheetOf(template: LabelTemplateId | LabelTemplate): LabelTemplate {
  return typeof template === 'string' ? labelSheets[template] : template;
}

/** Whether its labels lie on the page, and none on another. */
export function isSound(sheet: LabelTemplate): boolean {
  const { columns, rows, labelWidthMm, labelHeightMm, pitchXMm, pitchYMm, originXMm, originYMm } = sheet;
  return (
    originXMm + (columns - 1) * pitchXMm + labelWidthMm <= sheet.pageWidthMm + ROUNDING_MM &&
    originYMm + (rows - 1) * pitchYMm + labelHeightMm <= sheet.pageHeightMm + ROUNDING_MM &&
    (columns === 1 || pitchXMm >= labelWidthMm - ROUNDING_MM) &&
    (rows === 1 || pitchYMm >= labelHeightMm - ROUNDING_MM)
  );
}
const ROUNDING_MM = 0.05;

export function labelsPerPage(template: LabelTemplate): number {
  return template.columns * template.rows;
}

/** The corner of label number `index` of a page, filled row by row from the top left; counts from 0. */
export function labelOrigin(template: LabelTemplate, index: number): { xMm: number; yMm: number } {
  const column = index % template.columns;
  const row = Math.floor(index / template.columns);
  return {
    xMm: template.originXMm + column * template.pitchXMm,
    yMm: template.originYMm + row * template.pitchYMm,
  };
}
