import { type Fields, failed, type Outcome, passed } from './case-file.ts';

/** Every field that the case asserts must be there and alike, whatever the order of keys. Further ones do not matter. */
export function sameFields(expect: Fields, actual: Fields): Outcome {
  for (const [name, wanted] of Object.entries(expect)) {
    const [want, got] = [sorted(wanted), sorted(actual[name])];
    if (want !== got) return failed(`${name}: expected ${want}, got ${got}`);
  }
  return passed;
}

/** Nothing and null are the same absence. */
function sorted(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
