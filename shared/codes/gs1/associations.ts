import { applicationIdentifier } from './application-identifiers.ts';
import { componentsOf, type Element } from './elements.ts';

/** What is wrong with elements beside one another (GS1 General Specifications §4.13, §4.14). */
export type AssociationFault =
  | { readonly code: 'excluded'; readonly ai: string; readonly by: string }
  | { readonly code: 'missing'; readonly ai: string; readonly oneOf: readonly string[] }
  | { readonly code: 'not_serialised'; readonly ai: string; readonly key: string }
  | { readonly code: 'repeated'; readonly ai: string };

/** `394n` stands for any of 3940 … 3949. */
function matches(pattern: string, ai: string): boolean {
  return (
    pattern.length === ai.length && [...pattern].every((char, i) => char === 'n' || char === ai.charAt(i))
  );
}

export function associationFaults(elements: readonly Element[]): AssociationFault[] {
  const faults: AssociationFault[] = [];
  const values = new Map<string, string>();
  for (const { ai, value } of elements) {
    const before = values.get(ai);
    if (before !== undefined && before !== value) faults.push({ code: 'repeated', ai });
    values.set(ai, value);
  }
  const present = [...values.keys()];
  const has = (pattern: string) => present.some((ai) => matches(pattern, ai));
  for (const ai of present) {
    const identifier = applicationIdentifier(ai);
    if (!identifier) continue;
    for (const pattern of identifier.excludes) {
      const by = present.find((other) => other !== ai && matches(pattern, other));
      if (by !== undefined) faults.push({ code: 'excluded', ai, by });
    }
    for (const group of identifier.requires) {
      if (!group.some((all) => all.every(has))) {
        faults.push({ code: 'missing', ai, oneOf: group.map((all) => all.join('+')) });
      }
    }
  }
  return [...faults, ...unserialisedKeys(values)];
}

/** A digital signature (8030) signs one thing: a key whose serial part may be missing must have it. */
const SIGNATURE = '8030';
const keysWithOptionalSerial = ['253', '255', '8003'];

function unserialisedKeys(values: ReadonlyMap<string, string>): AssociationFault[] {
  if (!values.has(SIGNATURE)) return [];
  return keysWithOptionalSerial.flatMap((key): AssociationFault[] => {
    const value = values.get(key);
    const identifier = applicationIdentifier(key);
    if (value === undefined || !identifier) return [];
    const complete = componentsOf(identifier, value)?.length === identifier.components.length;
    return complete ? [] : [{ code: 'not_serialised', ai: SIGNATURE, key }];
  });
}
