import { createHash } from 'node:crypto';

/** What happened, line by line. Two runs of one seed must write the same. */
export type Trace = {
  add(line: string): void;
  /** The newest lines, for whoever looks at a failure. */
  tail(count: number): readonly string[];
  digest(): string;
};

const MAX_KEPT = 5_000;

export function createTrace(print?: (line: string) => void): Trace {
  const hash = createHash('sha256');
  const kept: string[] = [];
  return {
    add(line) {
      hash.update(`${line}\n`);
      kept.push(line);
      if (kept.length > MAX_KEPT) kept.shift();
      print?.(line);
    },
    tail: (count) => kept.slice(-count),
    digest: () => hash.copy().digest('hex'),
  };
}
