import { checkSymbolsFit } from './check-symbols.ts';
import { isGeneratedShape, isUuidShape } from './code-shape.ts';

const GROUP = 4;
const uuidGroups = [8, 4, 4, 4, 12] as const;

/**
 * A canonical code as it is printed and shown: base32 codes in groups of four from the left, UUIDs in their usual
 * form, every other code as it is. Entry ignores the dashes, so the form never decides what is found.
 */
export function displayCode(canonical: string): string {
  if (isUuidShape(canonical)) return group(canonical.toLowerCase(), uuidGroups);
  if (isGeneratedShape(canonical) && checkSymbolsFit(canonical)) {
    return group(canonical, Array(Math.ceil(canonical.length / GROUP)).fill(GROUP));
  }
  return canonical;
}

function group(text: string, sizes: readonly number[]): string {
  const groups: string[] = [];
  let start = 0;
  for (const size of sizes) {
    groups.push(text.slice(start, start + size));
    start += size;
  }
  return groups.join('-');
}
