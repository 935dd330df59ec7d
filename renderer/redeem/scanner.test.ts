import { describe, expect, it } from 'vitest';
import { createScanner, type Place, type Scan, type Terminator } from './scanner.ts';

const CODE = '7K3QWM9XTR42';

/** A desk with its own clock: ticks every 10 ms, as the window's timer does. */
function desk(checked: readonly string[] = []) {
  const scans: Scan[] = [];
  let typed = '';
  let now = 1_000;
  const scanner = createScanner({
    scan: (scan) => {
      scans.push(scan);
      typed = typed.slice(0, typed.length - scan.taken);
    },
    type: (char) => {
      typed += char;
    },
    isCheckedCode: (text) => checked.includes(text),
  });
  const wait = (ms: number) => {
    const end = now + ms;
    while (now < end) {
      now = Math.min(end, now + 10);
      scanner.elapse(now);
    }
  };
  return {
    scans,
    wait,
    get typed() {
      return typed;
    },
    get active() {
      return scanner.active;
    },
    key(char: string, place: Place = 'page') {
      scanner.key(char, now, place);
      if (place !== 'page') typed += char;
    },
    /** Types `text` with the same pause before each key but the first. */
    keys(text: string, msPerChar: number | ((i: number) => number), place: Place = 'page') {
      [...text].forEach((char, i) => {
        if (i > 0) wait(typeof msPerChar === 'number' ? msPerChar : msPerChar(i));
        this.key(char, place);
      });
    },
    end: (kind: Terminator = 'enter', place: Place = 'page') => scanner.terminate(kind, now, place),
    reset: () => scanner.reset(),
  };
}

/** The uneven pace of a person: 90 to 330 ms, the same on every run. */
const person = (i: number) => 90 + ((i * 67) % 241);

describe('a scanner, with no field in focus', () => {
  for (const msPerChar of [1, 10, 45, 80, 200, 500, 990]) {
    for (const terminator of ['enter', 'tab', 'none'] as const) {
      it(`reads ${msPerChar} ms a character, ended by ${terminator}`, () => {
        const d = desk();
        d.keys(CODE, msPerChar);
        if (terminator === 'none') d.wait(2_500);
        else {
          d.wait(msPerChar);
          expect(d.end(terminator)).toBe(true);
        }
        expect(d.scans.map((scan) => [scan.text, scan.terminator])).toEqual([[CODE, terminator]]);
        expect(d.typed).toBe('');
      });
    }
  }

  it('reads a slow code with the jitter of a busy bus', () => {
    const d = desk();
    d.keys(CODE, (i) => 80 + (i % 3) * 6 - 6);
    d.wait(80);
    expect(d.end()).toBe(true);
    expect(d.scans[0]?.text).toBe(CODE);
  });

  it('leaves the amount that was typed just before', () => {
    for (const msPerChar of [10, 80, 200]) {
      const d = desk();
      d.keys('1250', person);
      d.wait(400);
      d.keys(CODE, msPerChar);
      d.wait(msPerChar);
      d.end();
      expect(d.scans.map((scan) => scan.text)).toEqual([CODE]);
      expect(d.typed).toBe('1250');
    }
  });

  it('never lets a fast scan flicker through the amount', () => {
    const d = desk();
    d.keys('4006381333931', 10);
    expect(d.typed).toBe('');
    d.wait(260);
    expect(d.scans[0]).toMatchObject({ text: '4006381333931', taken: 0 });
  });

  it('joins a scan that a busy machine delayed after its first character', () => {
    const d = desk();
    d.keys('SUMMER10', (i) => (i === 1 ? 120 : 10));
    d.wait(10);
    expect(d.end()).toBe(true);
    expect(d.scans[0]).toMatchObject({ text: 'SUMMER10', taken: 1 });
    expect(d.typed).toBe('');
  });

  it('keeps a code whole that a busy machine handed over at two paces', () => {
    const d = desk();
    d.keys('1250', person);
    d.wait(400);
    d.keys('SUMMER', 180);
    d.wait(300);
    d.keys('SALE2027', 5);
    d.wait(300);
    expect(d.scans).toEqual([]);
    d.keys('X', 5);
    d.keys('YZ', 5);
    d.wait(5);
    expect(d.end()).toBe(true);
    expect([d.scans[0]?.text, d.typed]).toEqual(['SUMMERSALE2027XYZ', '1250']);
  });

  it('leaves the key that added an item just before the scan', () => {
    for (const pause of [60, 140, 400]) {
      const d = desk();
      d.keys('12.50', person);
      d.wait(300);
      d.key('+');
      d.wait(pause);
      d.keys('SUMMER10', 10);
      d.wait(10);
      expect(d.end()).toBe(true);
      expect([d.scans[0]?.text, d.typed]).toEqual(['SUMMER10', '12.50+']);
    }
  });

  it('leaves the key that asked for the list of keys, and the amount after it', () => {
    const d = desk();
    d.keys('?4580', 400);
    d.wait(300);
    d.keys('SPRING20', 10);
    d.wait(10);
    d.end();
    expect([d.scans[0]?.text, d.typed]).toEqual(['SPRING20', '?4580']);
  });

  it('believes check characters before any pace', () => {
    const d = desk([CODE]);
    d.keys('1250', person);
    d.wait(400);
    d.keys(CODE, (i) => (i < 6 ? 230 : 4));
    d.wait(4);
    expect(d.end()).toBe(true);
    expect([d.scans[0]?.text, d.typed]).toEqual([CODE, '1250']);
  });

  it('leaves an amount whose last digit was typed a moment before the trigger', () => {
    const d = desk();
    d.keys('1250', person);
    d.wait(90);
    d.keys(CODE, 10);
    d.wait(10);
    d.end();
    expect([d.scans[0]?.text, d.typed]).toEqual([CODE, '1250']);
  });

  it('swallows the second terminator of CR LF, but not a later Enter', () => {
    const d = desk();
    d.keys(CODE, 10);
    d.wait(10);
    expect(d.end()).toBe(true);
    d.wait(10);
    expect(d.end()).toBe(true);
    d.wait(400);
    expect(d.end()).toBe(false);
    expect(d.scans).toHaveLength(1);
  });

  it('swallows an Enter that comes after the silence already ended the scan', () => {
    const d = desk();
    d.keys(CODE, 10);
    d.wait(240);
    expect(d.scans).toHaveLength(1);
    expect(d.end()).toBe(true);
  });

  it('reads two codes scanned one after the other', () => {
    const d = desk();
    d.keys('FIRST-123', 10);
    d.wait(10);
    d.end();
    d.wait(30);
    d.keys('SECOND-45', 10);
    d.wait(10);
    d.end();
    expect(d.scans.map((scan) => scan.text)).toEqual(['FIRST-123', 'SECOND-45']);
  });
});

describe('a person', () => {
  it('types an amount, and Enter stays Enter', () => {
    const d = desk();
    d.keys('123450', person);
    d.wait(200);
    expect(d.end()).toBe(false);
    expect(d.typed).toBe('123450');
    expect(d.scans).toEqual([]);
  });

  it('may hammer zeros evenly without making a scan of them', () => {
    const d = desk();
    d.keys('5000000', 150);
    d.wait(2_000);
    expect(d.typed).toBe('5000000');
    expect(d.scans).toEqual([]);
  });

  it('may pause as long as they like inside a code', () => {
    const d = desk();
    d.keys('SUMMER', person);
    d.wait(6_000);
    d.keys('10', person);
    expect(d.end()).toBe(false);
    expect(d.typed).toBe('SUMMER10');
    expect(d.scans).toEqual([]);
  });

  it('types a code whose check characters fit: it is taken without Enter, the amount before it stays', () => {
    const d = desk([CODE]);
    d.keys(`1250${CODE}`, person);
    d.wait(1_000);
    expect(d.scans.map((scan) => scan.text)).toEqual([CODE]);
    expect(d.typed).toBe('1250');
  });

  it('gets held keys back when the screen changes', () => {
    const d = desk();
    d.key('5');
    expect(d.typed).toBe('');
    d.reset();
    expect(d.typed).toBe('5');
    expect(d.active).toBe(false);
  });
});

describe('inside a field', () => {
  it('keeps normal typing, however even', () => {
    const d = desk([CODE]);
    d.keys('Summer sale', person, 'field');
    d.wait(100);
    expect(d.end('enter', 'field')).toBe(false);
    d.keys(CODE, 150, 'field');
    d.wait(3_000);
    expect(d.scans).toEqual([]);
    expect(d.typed).toBe(`Summer sale${CODE}`);
  });

  it('takes a fast scan back out of the field and swallows its Enter', () => {
    const d = desk();
    d.keys('Summer', person, 'field');
    d.wait(500);
    d.keys(CODE, 10, 'field');
    d.wait(10);
    expect(d.end('enter', 'field')).toBe(true);
    expect(d.scans[0]).toMatchObject({ text: CODE, taken: CODE.length, place: 'field' });
    expect(d.typed).toBe('Summer');
  });

  it('leaves a short burst alone', () => {
    const d = desk();
    d.keys('rolls', 20, 'field');
    d.wait(20);
    expect(d.end('enter', 'field')).toBe(false);
    expect(d.typed).toBe('rolls');
  });

  it('reads a slow scanner in the code field', () => {
    const d = desk();
    d.keys(CODE, 200, 'code');
    d.wait(600);
    expect(d.scans[0]).toMatchObject({ text: CODE, taken: CODE.length, place: 'code' });
  });

  it('does not join keys of two places', () => {
    const d = desk();
    d.keys('1234', 10);
    d.keys('ABCD', 10, 'field');
    d.wait(10);
    expect(d.end('enter', 'field')).toBe(false);
    expect(d.scans).toEqual([]);
    expect(d.typed).toBe('1234ABCD');
  });
});
