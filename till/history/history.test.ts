import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../shared/kernel/instant.ts';
import { backupFolder, KEPT_BACKUPS } from '../backup/backups.ts';
import { restoreBackup } from '../backup/restore.ts';
import { basketOf50, offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../testing/test-core.ts';
import { field } from './history-csv.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
let till: Shop;

beforeEach(async () => {
  till = await openShop();
  const draft = offerDraft({ name: 'Ten, "really"', limits: { total: 5 } });
  await till.ok('offers.create', { requestId: randomUUID(), draft, sharedCode: 'CANARYCODE' }, till.session);
});
afterEach(async () => {
  await till.close();
  rmSync(backupFolder(till.dataDir), { recursive: true, force: true });
});

async function redeem(on: Pick<Shop, 'ok'> = till, session = till.session): Promise<string> {
  const basketId = randomUUID();
  await on.ok('redemption.check', { basketId, basket: basketOf50, codes: ['CANARYCODE'] }, session);
  const done = await on.ok('redemption.confirm', { basketId }, session);
  return done.redemptions[0]?.id ?? '';
}

describe('the history as CSV', () => {
  it('has a row for each redemption and each void, with exact amounts', async () => {
    const from = till.clock.nowMs;
    const redemptionId = await redeem();
    await till.ok('redemption.void', { redemptionId, reason: '=1+1 wrong item' }, till.session);
    const answer = await till.ok('history.export', { from, to: till.clock.nowMs }, till.session);
    expect(answer).toMatchObject({
      rows: 2,
      mime: 'text/csv',
      fileName: 'redemptions-2026-11-24-2026-11-24.csv',
    });
    const [head, first, second, end] = Buffer.from(answer.base64, 'base64').toString('utf8').split('\r\n');
    expect(head).toMatch(/^\uFEFFevent,time_utc,/);
    expect(first).toContain(`redemption,${redemptionId}`);
    expect(first).toContain('"Ten, ""really"""');
    expect(first).toContain('EUR,50.00,5.00,');
    expect(second).toContain("EUR,50.00,-5.00,'=1+1 wrong item");
    expect(end).toBe('');
  });

  it('leaves out what is outside the asked time', async () => {
    await redeem();
    till.clock.nowMs += MINUTE_MS;
    const from = till.clock.nowMs;
    expect(await till.ok('history.export', { from, to: from }, till.session)).toMatchObject({ rows: 0 });
    expect(await till.call('history.export', { from, to: from - 1 }, till.session)).toMatchObject({
      error: { code: 'invalid_input', path: 'to' },
    });
  });

  it.each([
    ['-5.00', '-5.00'],
    ['-5.00 off', "'-5.00 off"],
    ['a\nb', '"a\nb"'],
    [7, '7'],
  ])('writes %j as %j', (value, written) => {
    expect(field(value)).toBe(written);
  });
});

describe('backups', () => {
  it('are complete, encrypted and no more than are to be kept', async () => {
    for (let i = 0; i < KEPT_BACKUPS + 2; i++) {
      till.clock.nowMs += MINUTE_MS;
      await till.ok('backup.now', {}, till.session);
    }
    const { folder, backups } = await till.ok('backup.list', {}, till.session);
    expect(backups).toHaveLength(KEPT_BACKUPS);
    expect(backups[0]?.at).toBe(till.clock.nowMs);
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(path.join(folder, name)).toString('latin1');
      for (const word of ['CANARYCODE', 'Corner Shop', 'SQLite format']) expect(bytes).not.toContain(word);
    }
  });

  it('made while the clock was wrong keep no other from being made, and go first', async () => {
    const right = till.clock.nowMs;
    till.clock.nowMs += 1_000 * DAY_MS;
    await till.ok('backup.now', {}, till.session);
    till.clock.nowMs = right + MINUTE_MS;
    await till.ok('app.status', {});
    await till.ok('faults.clear', { kind: 'clock_set_back' }, till.session);
    await till.ok('backup.keep', { kept: 1 }, till.session);
    const made = await till.ok('backup.now', {}, till.session);
    expect((await till.ok('backup.list', {}, till.session)).backups).toEqual([made]);
  });

  it('come back as a ledger whose limited offers wait for a manager', async () => {
    const before = await redeem();
    const { fileName } = await till.ok('backup.now', {}, till.session);
    const lost = await redeem();
    await till.core.close();

    const key = till.keys.get('ledger') ?? new Uint8Array();
    const file = path.join(backupFolder(till.dataDir), fileName);
    const restored = restoreBackup(file, till.dataDir, [key], till.clock.nowMs);
    expect(restored).toMatchObject({ ok: true, value: expect.stringContaining('replaced') });

    const again = await till.reopen();
    const { session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    const { redemptions } = await again.ok('redemption.recent', {}, session);
    expect(redemptions.map((row) => row.id)).toEqual([before]);
    expect(redemptions.map((row) => row.id)).not.toContain(lost);
    expect(await again.ok('app.status', {})).toMatchObject({ faults: [{ kind: 'ledger_unanchored' }] });
    await again.ok('faults.clear', { kind: 'ledger_unanchored', managerPin: ADMIN_PIN }, session);
    expect(await again.ok('app.status', {})).toMatchObject({ faults: [] });
    await again.core.close();
  });

  it('come back at the next start when an admin asks at the till, once, and the ledger is kept beside', async () => {
    const before = await redeem();
    const { fileName } = await till.ok('backup.now', {}, till.session);
    await redeem();
    const ask = (name: string, pin: string) =>
      till.call('backup.restore', { fileName: name, pin }, till.session);
    expect(await ask(fileName, '000000')).toMatchObject({ error: { code: 'wrong_pin' } });
    expect(await ask('../ledger.db', ADMIN_PIN)).toMatchObject({ error: { code: 'not_found' } });
    await till.ok('keys.rotate', { pin: ADMIN_PIN }, till.session);
    expect(await ask(fileName, ADMIN_PIN)).toMatchObject({ ok: true });
    const quiet = { info() {}, warn() {}, error() {} };
    for (let start = 1; start <= 2; start++) {
      const again = await till.reopen({ logger: quiet });
      const { session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
      const { redemptions } = await again.ok('redemption.recent', {}, session);
      expect(redemptions.map((row) => row.id)).toEqual([before]);
      expect(await again.ok('app.status', {})).toMatchObject({ faults: [{ kind: 'ledger_unanchored' }] });
      await again.core.close();
    }
    const kept = readdirSync(till.dataDir).filter((name) => /replaced-\d+$/.test(name));
    expect(kept).toHaveLength(1);
  });

  it('wait for the passphrase when that is what opens the keys', async () => {
    const before = await redeem();
    const { fileName } = await till.ok('backup.now', {}, till.session);
    await redeem();
    await till.ok('backup.restore', { fileName, pin: ADMIN_PIN }, till.session);
    const quiet = { info() {}, warn() {}, error() {} };
    const locked = { ok: false, error: { code: 'key_locked', reason: 'a passphrase opens it' } } as const;
    const keys = { ...till.ports.keys, load: async () => locked };
    await expect(till.reopen({ logger: quiet, keys })).rejects.toThrow('key_locked');
    const unlocked = await till.reopen({ logger: quiet });
    const { session } = await unlocked.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    const { redemptions } = await unlocked.ok('redemption.recent', {}, session);
    expect(redemptions.map((row) => row.id)).toEqual([before]);
    expect(existsSync(`${till.dataDir}.restore`)).toBe(false);
    await unlocked.core.close();
  });

  it('leaves the ledger alone when the backup that was asked for is damaged, and does not ask again', async () => {
    const id = await redeem();
    const { fileName } = await till.ok('backup.now', {}, till.session);
    const file = path.join(backupFolder(till.dataDir), fileName);
    await till.ok('backup.restore', { fileName, pin: ADMIN_PIN }, till.session);
    await till.core.close();
    writeFileSync(file, 'this was a backup once');
    const again = await till.reopen({ logger: { info() {}, warn() {}, error() {} } });
    const { session } = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    expect(await again.ok('redemption.recent', {}, session)).toMatchObject({ redemptions: [{ id }] });
    expect(existsSync(`${till.dataDir}.restore`)).toBe(false);
    await again.core.close();
  });

  it('are refused, and the ledger left alone, when damaged or under another key', async () => {
    const { fileName } = await till.ok('backup.now', {}, till.session);
    await till.core.close();
    const ledger = path.join(till.dataDir, 'ledger.db');
    const before = readFileSync(ledger);
    const file = path.join(backupFolder(till.dataDir), fileName);
    const key = till.keys.get('ledger') ?? new Uint8Array();
    const other = Uint8Array.from(key, (byte) => byte ^ 1);
    expect(restoreBackup(file, till.dataDir, [other], 0)).toMatchObject({
      error: { code: 'ledger_corrupt' },
    });
    const bytes = readFileSync(file);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(restoreBackup(file, till.dataDir, [key], 0)).toMatchObject({ ok: false });
    expect(readFileSync(ledger).equals(before)).toBe(true);
  });

  it('are not put in the place of a ledger whose till is running', async () => {
    const { fileName } = await till.ok('backup.now', {}, till.session);
    const file = path.join(backupFolder(till.dataDir), fileName);
    const key = till.keys.get('ledger') ?? new Uint8Array();
    expect(restoreBackup(file, till.dataDir, [key], 0)).toMatchObject({ error: { code: 'ledger_locked' } });
  });
});
