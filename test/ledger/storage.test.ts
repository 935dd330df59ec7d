import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SYNC_PROTOCOL, syncPaths } from '../../shared/contracts/sync.ts';
import type { CentreTransport } from '../../till/ports.ts';
import { fileAnchorStore } from '../../till/system-ports.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, openTestTill, TEST_NOW } from '../../till/testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;

const SMALL_DISK_MB = 4;
const FILLER_MB = 2;
const GZIP_MAGIC = 0x1f;

/** A disk of its own, where the system lets this process mount one. */
function mountSmallDisk(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK_MB}m`, 'tmpfs', folder]).status === 0;
}

let folder: string;
let mounted = false;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-disk-'));
});
afterEach(() => {
  if (mounted) execFileSync('umount', ['-l', folder]);
  mounted = false;
  for (const path of [folder, `${folder}.anchor-a`, `${folder}.anchor-b`]) {
    rmSync(path, { recursive: true, force: true });
  }
});

/** A centre that takes every event and has nothing to tell. */
function emptyCentre(beforeLastAnswer: () => void): CentreTransport {
  const serverTime = TEST_NOW;
  const answers: Readonly<Record<string, (body: { head?: { seq: number } }) => unknown>> = {
    [syncPaths.enrol]: () => ({
      protocol: SYNC_PROTOCOL,
      deviceId: randomUUID(),
      serverEpoch: 1,
      serverTime,
      customerKey: Buffer.alloc(32, 5).toString('base64url'),
    }),
    [syncPaths.push]: ({ head }) => ({
      serverEpoch: 1,
      serverTime,
      ackedSeq: head?.seq ?? 0,
      quarantined: [],
    }),
    [syncPaths.pull]: () => {
      beforeLastAnswer();
      return { serverEpoch: 1, serverTime, cursor: 'the end', more: false, changes: [] };
    },
  };
  return {
    async request({ url, body }) {
      const answer = answers[new URL(url).pathname];
      if (!answer) throw new Error('no such path at this centre');
      const isPacked = body?.[0] === GZIP_MAGIC;
      const text = body && Buffer.from(isPacked ? gunzipSync(body) : body).toString('utf8');
      const said = JSON.stringify(answer(text ? JSON.parse(text) : {}));
      return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(said) };
    },
  };
}

async function redeem(till: Shop, code = 'FREE') {
  const basketId = randomUUID();
  const checked = await till.call(
    'redemption.check',
    { basketId, basket: basketOf50, codes: [code] },
    till.session,
  );
  if (!checked.ok) return checked;
  return till.call('redemption.confirm', { basketId }, till.session);
}

async function shopIn(dataDir: string): Promise<Shop> {
  mkdirSync(dataDir);
  const anchor = fileAnchorStore(folder);
  const till = await openShop({ dataDir, anchor });
  await till.ok(
    'offers.create',
    { requestId: randomUUID(), draft: offerDraft(), sharedCode: 'FREE' },
    till.session,
  );
  return till;
}

describe('a disk that is full', () => {
  it('refuses redemptions, keeps every acknowledged one, and goes on when there is room', async ({
    skip,
  }) => {
    mounted = mountSmallDisk(folder);
    if (!mounted) skip('this process may not mount a small disk');
    const dataDir = path.join(folder, 'till');
    const till = await shopIn(dataDir);
    const filler = path.join(folder, 'filler');
    writeFileSync(filler, Buffer.alloc(FILLER_MB * 1024 * 1024));

    const acknowledged: string[] = [];
    let refusal: string | undefined;
    for (let i = 0; i < 2_000 && refusal === undefined; i++) {
      const done = await redeem(till);
      if (done.ok) acknowledged.push(done.value.redemptions[0]?.id ?? '');
      else refusal = done.error.code;
    }
    expect(refusal).toBe('storage_full');
    expect(acknowledged.length).toBeGreaterThan(10);
    // Reading goes on while nothing can be written.
    expect(await till.call('offers.list', {}, till.session)).toMatchObject({ ok: true });

    rmSync(filler);
    const after = await redeem(till);
    expect(after).toMatchObject({ ok: true });
    const all = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await till.ok(
        'redemption.recent',
        { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
        till.session,
      );
      for (const row of page.redemptions) all.add(row.id);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(acknowledged.filter((id) => !all.has(id))).toEqual([]);
    expect(all.size).toBe(acknowledged.length + 1);
    expect(statfsSync(folder).bavail).toBeGreaterThan(0);
    await till.close();
  });

  it('right after a good round of sync is a failed round, and no more than that', async ({ skip }) => {
    mounted = mountSmallDisk(folder);
    if (!mounted) skip('this process may not mount a small disk');
    const dataDir = path.join(folder, 'till');
    mkdirSync(dataDir);
    let fillWhenAsked = false;
    const filler = path.join(folder, 'filler');
    const till = await openShop({
      dataDir,
      anchor: fileAnchorStore(folder),
      logger: { info() {}, warn() {}, error() {} },
      centre: emptyCentre(() => {
        if (!fillWhenAsked) return;
        // The centre has answered; what the ledger keeps of it finds no room.
        const { bavail, bsize } = statfsSync(folder);
        writeFileSync(filler, Buffer.alloc(bavail * bsize));
      }),
    });
    const enrolment = { centreUrl: 'http://centre.test', enrolmentCode: 'ABCDE-12345' };
    await till.ok('sync.enrol', enrolment, till.session);
    expect(await till.call('sync.now', {}, till.session)).toMatchObject({ ok: true });
    fillWhenAsked = true;
    let refused: string | undefined;
    // What the log has room for already is written without asking the disk for more.
    for (let i = 0; i < 500 && refused === undefined; i++) {
      rmSync(filler, { force: true });
      till.clock.nowMs += 1_000;
      const round = await till.call('sync.now', {}, till.session);
      if (!round.ok) refused = round.error.code;
    }
    expect(refused).toBe('storage_full');
    expect(await till.call('sync.status', {}, till.session)).toMatchObject({
      value: { lastError: { code: 'storage_full' } },
    });
    fillWhenAsked = false;
    rmSync(filler);
    expect(await till.call('sync.now', {}, till.session)).toMatchObject({ ok: true });
    await till.core.close();
  });

  it('is said at the start, when there is no room for a new ledger', async ({ skip }) => {
    mounted = mountSmallDisk(folder);
    if (!mounted) skip('this process may not mount a small disk');
    const dataDir = path.join(folder, 'till');
    mkdirSync(dataDir);
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(path.join(folder, 'filler'), Buffer.alloc((bavail - 2) * bsize));
    await expect(openTestTill({ dataDir })).rejects.toMatchObject({ refusal: { code: 'storage_full' } });
  });
});

describe('a folder that goes away', () => {
  it('is noticed before the next redemption is acknowledged', async () => {
    const dataDir = path.join(folder, 'till');
    const till = await shopIn(dataDir);
    expect(await redeem(till)).toMatchObject({ ok: true });
    rmSync(dataDir, { recursive: true });
    expect(await redeem(till)).toMatchObject({ ok: false, error: { code: 'storage_readonly' } });
    await till.core.close();
  });
});

describe('a disk that became read-only', () => {
  it('refuses with one clear code, and goes on when it can be written again', async ({ skip }) => {
    mounted = mountSmallDisk(folder);
    if (!mounted) skip('this process may not mount a small disk');
    const dataDir = path.join(folder, 'till');
    const till = await shopIn(dataDir);
    await till.core.close();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await expect(till.reopen()).rejects.toMatchObject({ refusal: { code: 'storage_readonly' } });
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    const again = await till.reopen();
    const signedIn = await again.ok('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    expect(await redeem({ ...till, ...again, session: signedIn.session })).toMatchObject({ ok: true });
    await again.core.close();
  });
});
