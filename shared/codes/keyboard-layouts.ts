import { foldLookalikes } from './alphabet.ts';
import { canonicalCode } from './canonical-code.ts';
import { checkSymbolsFit } from './check-symbols.ts';
import { isGeneratedShape } from './code-shape.ts';

/**
 * A wedge scanner sends key positions. Set to the American layout on a computer with another one, it types other
 * characters: `Z` for `Y` on German keyboards, `&` for `1` on French ones. What was typed, and what was meant:
 */
type Layout = readonly [typed: string, meant: string];
const layouts: readonly Layout[] = [
  ['yzYZ', 'zyZY'],
  ['&é"\'(-è_çàaqzwAQZW?;', '1234567890qawzQAWZMm'],
];

function through([typed, meant]: Layout, text: string): string {
  return Array.from(text, (char) => {
    const at = typed.indexOf(char);
    return at < 0 ? char : meant.charAt(at);
  }).join('');
}

/**
 * A scanned text as its scanner meant it: read through another layout where the check symbols prove that, else as it is.
 * Only for what a scanner sent: a person who types one letter for another must be told so.
 */
export function correctLayout(scanned: string): string {
  if (isChecked(scanned)) return scanned;
  const readings = layouts.map((layout) => through(layout, scanned));
  return readings.find(isChecked) ?? scanned;
}

function isChecked(text: string): boolean {
  const folded = foldLookalikes(canonicalCode(text) ?? '');
  return isGeneratedShape(folded) && checkSymbolsFit(folded);
}
