import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';
import type { Language } from '../../shared/contracts/common.ts';
import type { ShownRedemption } from '../redemption/shown.ts';
import { copyMark, localeOf, moneyText } from './label-texts.ts';
import { CODEPAGES, FEED_BEFORE_CUT, type PaperMm, papers } from './receipt.ts';

/** What was redeemed on one basket, for a roll of paper. */
export type Slip = {
  readonly shop: string;
  readonly language: Language;
  readonly timeZone: string;
  readonly currency: string;
  readonly redemptions: readonly ShownRedemption[];
  readonly subtotalMinor: number;
  readonly payableMinor: number;
  readonly footer: string;
  /** Printed before: it says so. */
  readonly isCopy: boolean;
};

type Words = {
  readonly title: string;
  readonly total: string;
  readonly discount: string;
  readonly paid: string;
  readonly voided: string;
};

const words: Readonly<Record<Language, Words>> = {
  en: { title: 'Coupons redeemed', total: 'Total', discount: 'Discount', paid: 'To pay', voided: 'VOIDED' },
  de: {
    title: 'Eingelöste Coupons',
    total: 'Summe',
    discount: 'Rabatt',
    paid: 'Zu zahlen',
    voided: 'STORNIERT',
  },
  es: {
    title: 'Cupones canjeados',
    total: 'Total',
    discount: 'Descuento',
    paid: 'A pagar',
    voided: 'ANULADO',
  },
};

/** Between a text and its amount, at the least. */
const GAP = 1;

/** The lines of a slip, as wide as the paper. */
export function slipLines(slip: Slip, columns: number): string[] {
  const { redemptions, language, currency, subtotalMinor } = slip;
  const undone = redemptions.filter(({ status }) => status === 'voided');
  const payableMinor = undone.reduce((sum, { discountMinor }) => sum + discountMinor, slip.payableMinor);
  const text = words[language];
  const [first] = redemptions;
  const money = (minor: number) => moneyText(minor, currency, language);
  const when = new Intl.DateTimeFormat(localeOf(language), {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: slip.timeZone,
  });
  const rule = '-'.repeat(columns);
  return [
    ...(first === undefined
      ? []
      : [when.format(first.redeemedAt), `${first.tillName} · ${first.operatorName}`]),
    rule,
    ...redemptions.flatMap(({ code, offerName, discountMinor, status }) => [
      ...justified(offerName, money(-discountMinor), columns),
      ...(code === '' ? [] : [`  ${code}`]),
      ...(status === 'voided' ? [`  ${text.voided}`] : []),
    ]),
    rule,
    ...justified(text.total, money(subtotalMinor), columns),
    ...justified(text.discount, money(payableMinor - subtotalMinor), columns),
    ...justified(text.paid, money(payableMinor), columns),
  ];
}

/** Text at the left, amount at the right; a text that is too long for both goes on below. */
function justified(text: string, amount: string, columns: number): string[] {
  const room = columns - amount.length - GAP;
  const parts: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const cut = rest.length <= room ? rest.length : Math.max(rest.lastIndexOf(' ', room), 0) || room;
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  const [head = '', ...more] = parts;
  return [head.padEnd(columns - amount.length) + amount, ...more];
}

export function slipBytes(slip: Slip, paper: PaperMm): Uint8Array {
  const { columns } = papers[paper];
  const encoder = new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns,
    feedBeforeCut: FEED_BEFORE_CUT,
    codepageMapping: CODEPAGES,
  });
  encoder.initialize().codepage('auto').align('center');
  if (slip.isCopy)
    encoder
      .invert(true)
      .bold(true)
      .line(` ${copyMark(slip.language)} `)
      .bold(false)
      .invert(false);
  encoder.line(slip.shop).newline().bold(true).line(words[slip.language].title).bold(false).newline();
  encoder.align('left');
  // Printers know no narrow and no unbreakable spaces, nor the long minus.
  for (const line of slipLines(slip, columns))
    encoder.line(line.replace(/[\u00a0\u202f]/g, ' ').replaceAll('\u2212', '-'));
  if (slip.footer !== '') encoder.newline().align('center').line(slip.footer);
  encoder.cut('partial');
  return encoder.encode();
}
