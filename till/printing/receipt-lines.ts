/** One coupon on a roll of paper. */
export type Receipt = {
  readonly shop: string;
  readonly title: string;
  readonly subtitle: string;
  readonly expiry: string;
  readonly display: string;
  readonly qrText: string;
  readonly serial: number;
  readonly footer: string;
  /** Printed before: it says so, so that nobody takes it for another coupon. */
  readonly copyMark: string | undefined;
};

/** One line of a receipt, in the middle of the paper. */
export type ReceiptLine = {
  readonly text: string;
  readonly bold?: true;
  /** Twice as wide and as high. */
  readonly double?: true;
  /** White on black. */
  readonly inverted?: true;
};

/** What stands above and below the symbol, in lines that fit the paper: the same for the printer and for the screen. */
export function receiptLines(
  receipt: Receipt,
  columns: number,
): { readonly above: readonly ReceiptLine[]; readonly below: readonly ReceiptLine[] } {
  const plain = (text: string, style: Omit<ReceiptLine, 'text'> = {}): ReceiptLine[] =>
    text === ''
      ? []
      : wrapped(text, style.double ? columns / 2 : columns).map((line) => ({ text: line, ...style }));
  const blank: ReceiptLine = { text: '' };
  const { copyMark, shop, title, subtitle, expiry, display, serial, footer } = receipt;
  return {
    above: [
      ...(copyMark === undefined ? [] : plain(copyMark, { bold: true, inverted: true })),
      ...plain(shop),
      blank,
      ...plain(title, { bold: true, double: true }),
      ...plain(subtitle),
      ...plain(expiry),
      blank,
    ],
    below: [
      blank,
      ...plain(display, { bold: true }),
      ...plain(`No. ${serial}`),
      ...(footer === '' ? [] : [blank, ...plain(footer)]),
    ],
  };
}

/** Broken at spaces; a word that is longer than a line is broken too. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > columns) {
      lines.push(line);
      line = '';
    }
    while (rest.length > columns) {
      lines.push(rest.slice(0, columns));
      rest = rest.slice(columns);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  return [...lines, line];
}
