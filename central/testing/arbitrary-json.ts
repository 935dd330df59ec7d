import fc from 'fast-check';

/** As much of JSON Schema as zod writes. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly $ref?: string;
};

export type Known = {
  /** Values that exist, by the name of a field: so that a request gets past "not found". */
  readonly byName: (name: string) => readonly string[];
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
};

const MAX_DEPTH = 8;
const SHORT = 3;
const SHORT_TEXT = 24;

/** Values that a schema allows, mostly: what it cannot say (dates that exist, sums) is left to chance. */
export function arbitraryOf(schema: JsonSchema, known: Known, name = '', depth = 0): fc.Arbitrary<unknown> {
  if (depth > MAX_DEPTH) return fc.constant(null);
  const of = (inner: JsonSchema, as = name) => arbitraryOf(inner, known, as, depth + 1);
  if (schema.$ref !== undefined) {
    const found = known.definitions?.[schema.$ref.split('/').at(-1) ?? ''];
    return found === undefined ? fc.constant(null) : of(found);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => of(choice)));
  if (schema.allOf !== undefined) {
    return fc
      .tuple(...schema.allOf.map((part) => of(part)))
      .map((parts) => Object.assign({}, ...parts.filter((part) => typeof part === 'object')));
  }
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectOf(schema, known, depth);
    case 'array': {
      const min = schema.minItems ?? 0;
      const max = Math.min(schema.maxItems ?? SHORT, Math.max(min, SHORT));
      return fc.array(of(schema.items ?? {}), { minLength: min, maxLength: max });
    }
    case 'string':
      return stringOf(schema, known, name);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.oneof(nasty, fc.integer(), fc.constant(null));
  }
}

function objectOf(schema: JsonSchema, known: Known, depth: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.fromEntries(
    Object.entries(properties).map(([key, inner]) => [key, arbitraryOf(inner, known, key, depth + 1)]),
  );
  // Optional fields are rare: each is one more reason for which a request may be refused early.
  const optional = Object.keys(fields).filter((key) => !required.includes(key));
  const object = fc
    .tuple(fc.record(fields), fc.array(fc.constantFrom(...optional, ''), { maxLength: SHORT }))
    .map(([all, kept]) =>
      Object.fromEntries(Object.entries(all).filter(([key]) => required.includes(key) || kept.includes(key))),
    );
  if (typeof additionalProperties !== 'object') return object;
  const more = fc.dictionary(
    stringOf(schema.propertyNames ?? {}, known, '') as fc.Arbitrary<string>,
    arbitraryOf(additionalProperties, known, '', depth + 1),
    { maxKeys: 2 },
  );
  return fc.tuple(object, more).map(([own, extra]) => ({ ...own, ...extra }));
}

function stringOf(schema: JsonSchema, known: Known, name: string): fc.Arbitrary<unknown> {
  const { format, pattern, minLength = 0 } = schema;
  const existing = fc.nat().map((i) => {
    // Asked only when a value is drawn: what exists grows during the run.
    const values = known.byName(name);
    return values.length === 0 ? undefined : values[i % values.length];
  });
  const fresh = ((): fc.Arbitrary<string> => {
    if (format === 'uuid') return fc.uuid();
    if (format === 'date-time')
      return fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(8e12) })
        .map((d) => d.toISOString());
    if (format === 'date')
      return fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(8e12) })
        .map((d) => d.toISOString().slice(0, 10));
    if (format === 'uri')
      return fc.constantFrom('https://shop.example/hook', 'http://127.0.0.1/', 'http://[::1]:1/');
    if (pattern !== undefined && !pattern.includes('\\p{')) {
      try {
        return fc.stringMatching(new RegExp(pattern), { maxLength: Math.max(minLength, SHORT_TEXT) });
      } catch {
        // A pattern with parts that the generator does not know: any text then.
      }
    }
    return fc.oneof(
      fc.string({ minLength, maxLength: Math.max(minLength, SHORT_TEXT) }),
      nasty.filter((text) => text.length >= minLength),
    );
  })();
  return fc
    .tuple(existing, fresh, fc.nat({ max: 9 }))
    .map(([old, made, dice]) => (old !== undefined && dice < 8 ? old : made));
}

function numberOf(schema: JsonSchema): fc.Arbitrary<number> {
  const min =
    schema.minimum ??
    (schema.exclusiveMinimum === undefined ? Number.MIN_SAFE_INTEGER : schema.exclusiveMinimum + 1);
  const max = schema.maximum ?? Number.MAX_SAFE_INTEGER;
  const near = fc.integer({ min: Math.max(min, -100), max: Math.min(max, Math.max(min, 10_000)) });
  return fc.oneof({ weight: 6, arbitrary: near }, { weight: 1, arbitrary: fc.constantFrom(min, max) });
}

/** Texts that break what puts them together with others. */
export const nasty = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  "'; DROP TABLE coupons; --",
  "' OR 1=1 --",
  '$1',
  '%',
  '_%',
  '\\',
  '{}',
  '../../etc/passwd',
  '😀',
  '\ud800',
  'NaN',
  '__proto__',
  '1e309',
  'A'.repeat(1_000),
);

const damages = fc.oneof(
  nasty,
  fc.constantFrom(0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A value with one of its leaves or branches changed, dropped, or a field added that nobody knows. */
export function damaged(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(value, fc.nat(), fc.constantFrom('change', 'drop', 'add', 'twice'), damages, nasty)
    .map(([whole, at, how, other, key]) => {
      const copy: unknown = structuredClone(whole);
      const places = placesOf(copy);
      const place = places[at % Math.max(1, places.length)];
      if (place === undefined) return other;
      const { parent, name } = place;
      if (Array.isArray(parent)) {
        // The same element twice: ids that must differ.
        if (how === 'twice' || how === 'add') parent.push(parent[Number(name)]);
        else if (how === 'drop') parent.splice(Number(name), 1);
        else parent[Number(name)] = other;
      } else if (how === 'drop') delete parent[name];
      else if (how === 'add') Object.defineProperty(parent, key, { value: other, enumerable: true });
      else parent[name] = other;
      return copy;
    });
}

type Place = { readonly parent: Record<string, unknown> | unknown[]; readonly name: string };

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Place['parent']; // an object or an array, as asked above
  return Object.entries(parent).flatMap(([name, inner]) => [{ parent, name } as Place, ...placesOf(inner)]);
}
