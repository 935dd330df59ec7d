import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CoreStartError } from '../../till/core-start-error.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, openTestTill, throwawayFolder } from '../../till/testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;

const REDEMPTIONS = 5;
const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;
/** Damages tried: the first and last frames, and some between; in the long lane every frame. */
const TRIES = 12;

let till: Shop;
let copies: string;

beforeEach(async () => {
  copies = throwawayFolder('damaged');
  till = await openShop();
  const draft = offerDraft({ limits: { total: 100 } });
  await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'LIMITED' }, till.session);
  for (let i = 0; i < REDEMPTIONS; i++) {
    const basketId = randomUUID();
    await till.ok('redemption.check', { basketId, basket: basketOf50, codes: ['LIMITED'] }, till.session);
    await till.ok('redemption.confirm', { basketId }, till.session);
  }
});
afterEach(async () => {
  await till.close();
  rmSync(copies, { recursive: true, force: true });
});

/** The ledger as a power cut would leave it, its log changed by `harm`, opened by another till. */
async function openCopy(harm: (log: Buffer) => Buffer | undefined): Promise<string> {
  const folder = path.join(copies, randomUUID());
  mkdirSync(folder);
  for (const file of ['ledger.db', 'ledger.key-check']) {
    copyFileSync(path.join(till.dataDir, file), path.join(folder, file));
  }
  for (const slot of ['a', 'b']) {
    copyFileSync(`${till.dataDir}-outside.anchor-${slot}`, `${folder}-outside.anchor-${slot}`);
  }
  const log = harm(readFileSync(path.join(till.dataDir, 'ledger.db-wal')));
  if (log) writeFileSync(path.join(folder, 'ledger.db-wal'), log);
  try {
    const logger = { info() {}, warn() {}, error() {} };
    const copy = await openTestTill({ folder, keys: till.ports.keys, clock: till.clock, logger });
    const status = await copy.ok('app.status', {});
    if (status.phase !== 'ready') throw new Error('a ledger that lost its log is no first run');
    const { session } = await copy.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    const { redemptions } = await copy.ok('redemption.recent', {}, session);
    await copy.core.close();
    const faults = status.faults.map(({ kind }) => kind);
    if (faults.includes('ledger_unanchored')) return 'suspected';
    return redemptions.length === REDEMPTIONS ? 'whole' : `${redemptions.length} redemptions, unnoticed`;
  } catch (error) {
    if (error instanceof CoreStartError) return error.refusal.code;
    throw error;
  }
}

describe('a log that was damaged', () => {
  it('is whole after a power cut', async () => {
    expect(await openCopy((log) => log)).toBe('whole');
  });

  it('never gives a wrong count unnoticed, whichever bit was flipped', async () => {
    const log = readFileSync(path.join(till.dataDir, 'ledger.db-wal'));
    const isEmpty = (at: number) => log.subarray(at, at + FRAME_BYTES).every((byte) => byte === 0);
    let frames = 0;
    while (!isEmpty(HEADER_BYTES + frames * FRAME_BYTES)) frames += 1;
    expect(frames).toBeGreaterThan(TRIES);
    const tries = process.env.LONG === '1' ? frames : TRIES;
    for (let i = 0; i < tries; i++) {
      const frame = Math.floor((i * (frames - 1)) / (tries - 1));
      // Now in a frame's header, now in its page.
      const at = HEADER_BYTES + frame * FRAME_BYTES + (i % 2 === 0 ? 9 : 1_000);
      const outcome = await openCopy((bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8));
        return bytes;
      });
      expect(['suspected', 'ledger_corrupt', 'ledger_key_wrong'], `frame ${frame}`).toContain(outcome);
    }
  });

  it('is missed when it was deleted', async () => {
    expect(await openCopy(() => undefined)).not.toBe('whole');
    expect(await openCopy((log) => log.subarray(0, HEADER_BYTES + 3 * FRAME_BYTES))).not.toBe('whole');
  });
});
