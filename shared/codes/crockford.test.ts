import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCrockfordBytes, encodeCrockfordBytes } from './crockford-bytes.ts';
import {
  crockfordCheckSymbol,
  decodeCrockfordNumber,
  encodeCrockfordNumber,
  groupSymbols,
  normaliseCrockford,
} from './crockford-number.ts';

const number = fc.bigInt({ min: 0n, max: 2n ** 200n });

describe('numbers', () => {
  it('come back from any case, grouping and look-alikes', () => {
    fc.assert(
      fc.property(number, fc.integer({ min: 1, max: 8 }), (value, size) => {
        const written = groupSymbols(encodeCrockfordNumber(value) + crockfordCheckSymbol(value), size);
        const typed = written.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l');
        const read = decodeCrockfordNumber(typed, { check: true });
        return read.ok && read.value === value;
      }),
    );
  });

  it('catch a wrong check symbol', () => {
    expect(decodeCrockfordNumber('16JE', { check: true })).toEqual({ ok: false, error: 'check_mismatch' });
    expect(decodeCrockfordNumber('16J!', { check: true })).toEqual({ ok: false, error: 'invalid_symbol' });
  });

  it('in strict reading refuse what an encoder would not write', () => {
    expect(decodeCrockfordNumber('16j', { strict: true })).toEqual({ ok: false, error: 'not_normal_form' });
    expect(normaliseCrockford('1O', true)).toEqual({ ok: false, error: 'not_normal_form' });
  });

  it.each(['', 'U', '!', '-', 'A'.repeat(201)])('are not in %j', (text) => {
    expect(decodeCrockfordNumber(text)).toEqual({ ok: false, error: 'invalid_symbol' });
  });
});

describe('bytes', () => {
  it('come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const read = decodeCrockfordBytes(encodeCrockfordBytes(bytes), { canonical: true });
        return read.ok && Buffer.from(read.value).equals(Buffer.from(bytes));
      }),
    );
  });

  it('have one canonical text each', () => {
    expect(decodeCrockfordBytes('ZZ', { canonical: true })).toEqual({ ok: false, error: 'not_canonical' });
    expect(decodeCrockfordBytes('000', { canonical: true })).toEqual({ ok: false, error: 'not_canonical' });
    expect(decodeCrockfordBytes('ZW', { canonical: true })).toEqual({ ok: true, value: Uint8Array.of(255) });
  });

  it('are not in text with other symbols', () => {
    expect(decodeCrockfordBytes('AU')).toEqual({ ok: false, error: 'invalid_symbol' });
  });
});
