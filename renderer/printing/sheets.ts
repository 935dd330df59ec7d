import type { labelTemplates } from '../../shared/contracts/operations/batches.ts';

export type Template = (typeof labelTemplates)[number];

/** How a sheet of labels looks from above, for choosing one; the core knows the millimetres. */
export const sheets: Readonly<Record<Template, { columns: number; rows: number; size: string }>> = {
  L7160: { columns: 3, rows: 7, size: '63.5 × 38.1 mm' },
  L7163: { columns: 2, rows: 7, size: '99.1 × 38.1 mm' },
  L7651: { columns: 5, rows: 13, size: '38.1 × 21.2 mm' },
  L4732: { columns: 5, rows: 16, size: '35.6 × 16.9 mm' },
  '5160': { columns: 3, rows: 10, size: '2⅝ × 1 in' },
  '5163': { columns: 2, rows: 5, size: '4 × 2 in' },
  C32011: { columns: 2, rows: 5, size: '85 × 54 mm' },
  '5371': { columns: 2, rows: 5, size: '3½ × 2 in' },
  A6: { columns: 1, rows: 1, size: '105 × 148 mm' },
};

export const templates = Object.keys(sheets) as Template[];

export function labelsPerSheet(template: Template): number {
  const { columns, rows } = sheets[template];
  return columns * rows;
}
