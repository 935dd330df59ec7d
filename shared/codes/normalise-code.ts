import { err, ok, type Result } from '../kernel/result.ts';
import { foldLookalikes } from './alphabet.ts';
import { canonicalCode } from './canonical-code.ts';
import { checkSymbolsFit } from './check-symbols.ts';
import { countForeign, hasGeneratedLength, isClassicShape, isGeneratedShape } from './code-shape.ts';
import { displayCode } from './display-code.ts';
import { entryTexts } from './entry-texts.ts';

/**
 * What was entered, ready to be looked up. A text alone does not tell which kind of code it is: `WELC0ME2024` could be
 * a misread shared code or a mistyped generated one. So the ledger decides: it looks up `candidates` in order, takes
 * the first that it knows, and answers `ifUnknown` when it knows none.
 */
export type CodeReading = {
  /** The likeliest code in what was entered, in canonical form. */
  readonly canonical: string;
  /** The same as it would be printed. */
  readonly display: string;
  /** `canonical` first, then other readings of what was entered, and with look-alikes taken for one another. */
  readonly candidates: readonly [string, ...string[]];
  /** `code_mistyped`: it has the shape of a generated code and its check symbols do not fit. */
  readonly ifUnknown: 'code_unknown' | 'code_mistyped';
};

/** More is not read at all: nobody types it, and no scanner sends it for a code. */
const MAX_ENTERED_LENGTH = 500;

export function normaliseCode(entered: string): Result<CodeReading, 'code_malformed'> {
  if (entered.length > MAX_ENTERED_LENGTH) return err('code_malformed');
  const texts = entryTexts(entered)
    .map(canonicalCode)
    .filter((text) => text !== undefined);
  const [canonical] = texts;
  if (canonical === undefined) return err('code_malformed');
  const candidates: [string, ...string[]] = [canonical];
  for (const text of texts.flatMap((text) => [text, foldLookalikes(text), classicReading(text)])) {
    if (text !== undefined && !candidates.includes(text)) candidates.push(text);
  }
  // A text whose check symbols fit was generated: show it with its look-alikes resolved.
  const checked = candidates.find((text) => isGeneratedShape(text) && checkSymbolsFit(text));
  return ok({
    canonical,
    display: displayCode(checked ?? canonical),
    candidates,
    ifUnknown: checked === undefined && looksMistyped(canonical) ? 'code_mistyped' : 'code_unknown',
  });
}

/** One letter and five digits with look-alikes at the wrong place: `0I2345` for `O12345`. */
function classicReading(canonical: string): string | undefined {
  const reading = canonical.slice(0, 1).replace('0', 'O') + foldLookalikes(canonical.slice(1));
  return isClassicShape(reading) ? reading : undefined;
}

/** One character outside the alphabet is a slip of the finger; more of them are another kind of code. */
const MAX_FOREIGN = 1;

function looksMistyped(canonical: string): boolean {
  const foreign = countForeign(foldLookalikes(canonical));
  return hasGeneratedLength(canonical) && foreign <= MAX_FOREIGN && !isWordWithNumber(canonical);
}

/**
 * `DOESNOTEXIST`, `BLACKFRIDAY24`: letters, then perhaps a number, and at least two letters that no generated code is
 * printed with. A single slip in a printed code brings in one such letter at most, so it is never taken for a word.
 */
function isWordWithNumber(canonical: string): boolean {
  return /^[A-Z]+[0-9]*$/.test(canonical) && (canonical.match(/[ILOU]/g)?.length ?? 0) >= 2;
}
