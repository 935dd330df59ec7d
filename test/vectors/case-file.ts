/** The neutral case format, as far as the runner itself reads it; each kind reads its own `input` and `expect`. */
export type CaseFile = {
  readonly file?: string;
  readonly area?: string;
  readonly profile?: Profile;
  readonly cases: readonly VectorCase[];
};

/** What the source of a file does where a case does not say otherwise. */
export type Profile = Readonly<Record<string, string | undefined>>;

export type VectorCase = {
  readonly id: string;
  readonly kind: string;
  readonly currency?: string;
  readonly input: Fields;
  readonly expect: Fields;
  readonly convention?: readonly string[] | string;
};

/** A JSON object whose fields are checked where they are read. */
export type Fields = Readonly<Record<string, unknown>>;

/** What one case came to. `unsupported`: the case uses something that has no counterpart, named by `reason`. */
export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly difference: string }
  | { readonly status: 'unsupported'; readonly reason: string };

export type Kind = (vector: VectorCase, profile: Profile) => Outcome;

export const passed: Outcome = { status: 'passed' };

export function failed(difference: string): Outcome {
  return { status: 'failed', difference };
}

export function unsupported(reason: string): Outcome {
  return { status: 'unsupported', reason };
}

/** Thrown where a case says something that cannot be translated; the runner reports it with its reason. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable';
}

export function same(what: string, expected: unknown, actual: unknown): Outcome {
  const want = JSON.stringify(expected);
  const got = JSON.stringify(actual);
  return want === got ? passed : failed(`${what}: expected ${want}, got ${got}`);
}

export function conventionsOf(vector: VectorCase): readonly string[] {
  const { convention } = vector;
  if (convention === undefined) return [];
  return typeof convention === 'string' ? [convention] : convention;
}
