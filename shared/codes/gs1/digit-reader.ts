import { err, ok, type Result } from '../../kernel/result.ts';

export type DigitReader<Fault extends string> = {
  /** Exactly `length` digits. */
  take(length: number, truncated: Fault): string;
  /** One digit out of `allowed`. */
  one(allowed: string, missing: Fault, invalid: Fault): string;
  /** Steps over the digit that announces an optional field, if it comes next. */
  announces(digit: string): boolean;
  atEnd(): boolean;
  fail(fault: Fault): never;
};

/** What ends a reading; it never leaves `readDigits`. */
class Stop<Fault> {
  readonly fault: Fault;
  constructor(fault: Fault) {
    this.fault = fault;
  }
}

/** Runs `read` over `data`; the first fault that it meets is the result. Layouts read like their specification. */
export function readDigits<Fault extends string, T>(
  data: string,
  read: (digits: DigitReader<Fault>) => T,
): Result<T, Fault> {
  let at = 0;
  const fail = (fault: Fault): never => {
    throw new Stop(fault);
  };
  const digits: DigitReader<Fault> = {
    take(length, truncated) {
      if (data.length - at < length) fail(truncated);
      at += length;
      return data.slice(at - length, at);
    },
    one(allowed, missing, invalid) {
      const digit = data.charAt(at);
      if (digit === '') fail(missing);
      if (!allowed.includes(digit)) fail(invalid);
      at++;
      return digit;
    },
    announces(digit) {
      if (data.charAt(at) !== digit) return false;
      at++;
      return true;
    },
    atEnd: () => at === data.length,
    fail,
  };
  try {
    return ok(read(digits));
  } catch (stop) {
    if (stop instanceof Stop) return err(stop.fault);
    throw stop;
  }
}
