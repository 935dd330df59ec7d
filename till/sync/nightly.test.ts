import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openLedger } from '../../db/open.ts';
import { createStore, type Store } from '../../db/store.ts';
import { createWallTimes } from '../wall-time.ts';
import { createNightly, type Nightly } from './nightly.ts';

const HOUR = 3_600_000;
/** 3:07 in Berlin: the ledger's own minute is 7. */
const ledgerId = '01937b2e-0000-7000-8000-000000000007';
const atNight = Date.UTC(2026, 10, 24, 2, 7);

function withNightly(work: (nightly: Nightly, clock: { nowMs: number }, store: Store) => void): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-nightly-'));
  const opened = openLedger(folder, new Uint8Array(32).fill(7));
  if (!opened.ok) throw new Error(opened.error.detail);
  const store = createStore(opened.value, { sha256: () => new Uint8Array(32), newId: () => ledgerId });
  store.transact((tx) => tx.found(ledgerId, 1));
  const clock = { nowMs: atNight, now: () => clock.nowMs };
  const wallTimes = createWallTimes();
  const nightly = createNightly({ store, clock, wallTimes, location: () => ({ timeZone: 'Europe/Berlin' }) });
  try {
    work(nightly, clock, store);
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
}

it('is due once a day, from its minute of the hour on', () => {
  withNightly((nightly, clock, store) => {
    const end = () => store.transact((tx) => nightly.done(tx));
    clock.nowMs = atNight - 1;
    expect(nightly.isDue()).toBe(false);
    end();
    expect(nightly.lastAt()).toBeUndefined();
    clock.nowMs = atNight;
    expect(nightly.isDue()).toBe(true);
    end();
    expect(nightly.isDue()).toBe(false);
    expect(nightly.lastAt()).toBe(atNight);
    clock.nowMs = atNight + 20 * HOUR;
    expect(nightly.isDue()).toBe(false);
    // A till that was off at the hour does it when it starts.
    clock.nowMs = atNight + 27 * HOUR;
    expect(nightly.isDue()).toBe(true);
  });
});

it('keeps what was set', () => {
  withNightly((nightly, clock, store) => {
    expect(nightly.schedule()).toEqual({ nightlyHour: 3, always: true });
    const never = { nightlyHour: null, always: false };
    store.transact((tx) => nightly.setSchedule(tx, never));
    expect(nightly.schedule()).toEqual(never);
    clock.nowMs = atNight + 5 * HOUR;
    expect(nightly.isDue()).toBe(false);
    store.transact((tx) => nightly.setSchedule(tx, { nightlyHour: 0, always: true }));
    expect(nightly.schedule()).toEqual({ nightlyHour: 0, always: true });
    expect(nightly.isDue()).toBe(true);
  });
});
