/**
 * Tells a keyboard-wedge scanner from a person typing, by timing alone: both are key presses to a computer.
 *
 * - A run of keys at most `FAST_GAP_MS` apart is a scanner: nobody types a whole code that quickly.
 * - A slow scanner (some need 990 ms a character) keeps an even pace, a person does not.
 * - A text whose check characters fit is a code, whoever typed it.
 *
 * Keys are held back for one fast gap, so that a fast scan never flickers through the amount. Keys of a slow scan were
 * let through before it could be recognised: the scan says how many of them to take back (`taken`).
 *
 * No clock and no DOM in here: `at` is the time stamp of the key event, `elapse` is called while `active` is true.
 */

/** `page`: no field has the focus. `code`: the code field. `field`: any other text field, which must keep its typing. */
export type Place = 'page' | 'code' | 'field';
export type Terminator = 'enter' | 'tab';

export type Scan = {
  readonly text: string;
  /** How many of its characters were let through as typing before the scan was recognised. */
  readonly taken: number;
  readonly msPerChar: number;
  readonly terminator: Terminator | 'none';
  readonly place: Place;
};

export type ScannerPorts = {
  scan(scan: Scan): void;
  /** A person's key press outside any field. */
  type(char: string): void;
  /** The text is a whole code and its check characters fit. */
  isCheckedCode(text: string): boolean;
};

export type Scanner = {
  /** True while keys may still turn into a scan: call `elapse` every few milliseconds. */
  readonly active: boolean;
  key(char: string, at: number, place: Place): void;
  /** Enter or Tab. True when it ended a scan and must do nothing else. */
  terminate(kind: Terminator, at: number, place: Place): boolean;
  elapse(at: number): void;
  /** Forgets the keys pressed so far; those held back become typing. */
  reset(): void;
};

const FAST_GAP_MS = 50;
/** Above the slowest scanner seen (990 ms); a longer pause starts a new run of keys. */
const MAX_GAP_MS = 1_200;
/** A pause inside a fast scan while the machine was busy. */
const HICCUP_MS = 150;
/** Silence that ends a fast scan without terminator. */
const FAST_END_MS = 200;
/** A scan's own second terminator (CR LF) must not confirm the sale that its first one opened. */
const AFTER_SCAN_MS = 250;
/** Silence that ends a slow scan without terminator, as a multiple of its pace. */
const SLOW_END_FACTOR = 1.6;
/** What that silence lasts at least beyond the pace: a window may be busy in the middle of a code. */
const SLOW_END_GRACE_MS = 250;
/** Silence after a typed code whose check characters fit. */
const CHECKED_END_MS = 600;

const MIN_FAST_ENDED = 3;
const MIN_FAST_UNENDED = 6;
/** Inside a form field a short burst may be a person's; it needs more evidence. */
const MIN_FAST_IN_FIELD = 6;
const MIN_SLOW_ENDED = 6;
const MIN_SLOW_UNENDED = 8;
/** Digits alone may be an amount: nobody's basket has eight digits, and an EAN-8 has. */
const MIN_SLOW_DIGITS = 8;
const MIN_CHECKED = 8;
const PACE_SAMPLES = 8;
const PACE_TOLERANCE = 0.12;
const PACE_TOLERANCE_MS = 16;
const MAX_CHARS = 500;

type Key = { readonly char: string; readonly at: number; passed: boolean };
type Candidate = { readonly start: number; readonly msPerChar: number };

export function createScanner(ports: ScannerPorts): Scanner {
  let keys: Key[] = [];
  let place: Place = 'page';
  let quietUntil = Number.NEGATIVE_INFINITY;

  function releaseHeld(): void {
    if (place !== 'page') return;
    for (const key of keys) {
      if (key.passed) continue;
      key.passed = true;
      ports.type(key.char);
    }
  }

  function close(): void {
    releaseHeld();
    keys = [];
  }

  function emit(candidate: Candidate, terminator: Terminator | 'none', at: number): void {
    const scanned = keys.slice(candidate.start);
    // What stands before the scan was typed by a person and stays typed.
    keys = keys.slice(0, candidate.start);
    releaseHeld();
    keys = [];
    quietUntil = at + Math.max(AFTER_SCAN_MS, candidate.msPerChar * SLOW_END_FACTOR);
    ports.scan({
      text: scanned.map((key) => key.char).join(''),
      taken: scanned.filter((key) => key.passed).length,
      msPerChar: candidate.msPerChar,
      terminator,
      place,
    });
  }

  /** A typed or slowly scanned code whose check characters fit; digits typed just before it stay an amount. */
  function checkedSuffix(): Candidate | undefined {
    for (let start = 0; keys.length - start >= MIN_CHECKED; start++) {
      const text = keys.slice(start).map((key) => key.char);
      if (ports.isCheckedCode(text.join(''))) return { start, msPerChar: medianGap(keys) };
      // Only what an amount is typed with can belong to something else; from the first letter on it is this code or none.
      if (isLetter(text[0])) return undefined;
    }
    return undefined;
  }

  /** Letters before the candidate are the beginning of the same code: it came in at two paces. */
  function cutsCode(candidate: Candidate): boolean {
    return place !== 'field' && keys.slice(0, candidate.start).some((key) => isLetter(key.char));
  }

  function withItsBeginning(candidate: Candidate): Candidate {
    if (!cutsCode(candidate)) return candidate;
    const start = place === 'code' ? 0 : keys.findIndex((key) => isLetter(key.char));
    return { start, msPerChar: candidate.msPerChar };
  }

  function endedInField(silence: number): Candidate | undefined {
    const fast = fastSuffix(keys, place);
    return silence <= FAST_END_MS && keys.length - fast.start >= MIN_FAST_IN_FIELD ? fast : undefined;
  }

  /** Check characters that fit are the best evidence, whatever the pace was; then the pace decides. */
  function endedAtCounter(silence: number): Candidate | undefined {
    const checked = checkedSuffix();
    if (checked !== undefined) return checked;
    const fast = fastSuffix(keys, place);
    if (silence <= FAST_END_MS && keys.length - fast.start >= MIN_FAST_ENDED) return withItsBeginning(fast);
    const slow = slowSuffix(keys, MIN_SLOW_ENDED);
    const isInTime = slow !== undefined && silence <= slow.msPerChar * SLOW_END_FACTOR + PACE_TOLERANCE_MS;
    return isInTime ? withItsBeginning(slow) : undefined;
  }

  return {
    get active() {
      return keys.length > 0;
    },

    key(char, at, where) {
      const last = keys.at(-1);
      if (last !== undefined && (at - last.at > MAX_GAP_MS || where !== place || keys.length >= MAX_CHARS))
        close();
      // The timer may be late: what was held longer than one fast gap is typing by now.
      else if (last !== undefined && at - last.at > FAST_GAP_MS) releaseHeld();
      place = where;
      keys.push({ char, at, passed: where !== 'page' });
    },

    terminate(kind, at, where) {
      // A scan moves to the counter; a field that was opened since then gets its Enter.
      if (keys.length === 0 && at < quietUntil && (where === 'page' || where === place)) return true;
      const last = keys.at(-1);
      if (last === undefined) return false;
      if (where !== place || at - last.at > MAX_GAP_MS) {
        close();
        return false;
      }
      const silence = at - last.at;
      const found = place === 'field' ? endedInField(silence) : endedAtCounter(silence);
      if (found === undefined) {
        close();
        return false;
      }
      emit(found, kind, at);
      return true;
    },

    elapse(at) {
      const last = keys.at(-1);
      if (last === undefined) return;
      const silence = at - last.at;
      const fast = fastSuffix(keys, place);
      if (keys.length - fast.start >= MIN_FAST_UNENDED && !cutsCode(fast)) {
        if (silence >= FAST_END_MS) emit(fast, 'none', at);
        return;
      }
      if (silence > FAST_GAP_MS) releaseHeld();
      if (place !== 'field') {
        const slow = slowSuffix(keys, MIN_SLOW_UNENDED);
        if (slow !== undefined && !cutsCode(slow) && silence >= slowEndMs(slow)) {
          return emit(slow, 'none', at);
        }
        if (silence >= CHECKED_END_MS) {
          const checked = checkedSuffix();
          if (checked !== undefined && silence >= checked.msPerChar * SLOW_END_FACTOR)
            return emit(checked, 'none', at);
        }
      }
      if (silence > MAX_GAP_MS * SLOW_END_FACTOR) close();
    },

    reset: close,
  };
}

/**
 * The longest end of the run whose keys follow each other at scanner speed. Outside form fields a hiccup of a busy
 * machine does not cut it. Digits before a hiccup stay an amount: whoever types with one hand scans with the other.
 */
function fastSuffix(keys: readonly Key[], place: Place): Candidate {
  let start = Math.max(0, keys.length - 1);
  while (start > 0 && gapBefore(keys, start) <= FAST_GAP_MS) start--;
  if (place !== 'field' && keys.length - start >= MIN_FAST_ENDED) {
    while (start > 0 && gapBefore(keys, start) <= HICCUP_MS && isLetter(keys[start - 1]?.char)) start--;
  }
  return { start, msPerChar: pace(keys, start) };
}

function slowEndMs({ msPerChar }: Candidate): number {
  return Math.max(msPerChar * SLOW_END_FACTOR, msPerChar + SLOW_END_GRACE_MS);
}

/** The longest end of the run that keeps one even pace, when it is long enough to be no accident. */
function slowSuffix(keys: readonly Key[], atLeast: number): Candidate | undefined {
  if (keys.length < atLeast) return undefined;
  const msPerChar = medianGap(keys.slice(-PACE_SAMPLES));
  const tolerance = Math.max(PACE_TOLERANCE_MS, msPerChar * PACE_TOLERANCE);
  let start = keys.length - 1;
  while (start > 0 && Math.abs(gapBefore(keys, start) - msPerChar) <= tolerance) start--;
  const length = keys.length - start;
  const needed = keys.slice(start).every((key) => isDigit(key.char))
    ? Math.max(atLeast, MIN_SLOW_DIGITS)
    : atLeast;
  return length >= needed ? { start, msPerChar } : undefined;
}

function gapBefore(keys: readonly Key[], index: number): number {
  const key = keys[index];
  const before = keys[index - 1];
  return key === undefined || before === undefined ? Number.POSITIVE_INFINITY : key.at - before.at;
}

function medianGap(keys: readonly Key[]): number {
  const gaps = keys.slice(1).map((_, i) => gapBefore(keys, i + 1));
  gaps.sort((a, b) => a - b);
  return gaps[gaps.length >> 1] ?? 0;
}

function pace(keys: readonly Key[], start: number): number {
  const first = keys[start];
  const last = keys.at(-1);
  const gaps = keys.length - 1 - start;
  return first === undefined || last === undefined || gaps < 1 ? 0 : (last.at - first.at) / gaps;
}

/** Only a code has letters; digits and signs just before a scan are an amount, an item added, or the list of keys. */
function isLetter(char: string | undefined): boolean {
  return char !== undefined && /\p{L}/u.test(char);
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}
