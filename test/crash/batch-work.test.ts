import { fork } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import { systemClock, systemRandom } from '../../till/system-ports.ts';
import { batchWhenDone } from '../../till/testing/batch-when-done.ts';
import { offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../../till/testing/test-core.ts';
import { bundle } from './bundle-till.ts';

const isLong = process.env.LONG !== undefined;
const KILLS = isLong ? 60 : 5;
const CODES = isLong ? 400_000 : 12_000;
const LONGEST_WORK_MS = 60;

it(
  `makes and imports ${CODES} codes each, however often it is killed meanwhile (${KILLS} times)`,
  async () => {
    const program = await bundle('work-on');
    const clock = { ...systemClock, nowMs: 0, monotonic: 0 };
    const shop = await openShop({ clock });
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    const format = { kind: 'crockford', length: 10 } as const;
    const request = { requestId: randomUUID(), offerId: offer.id, name: 'Made', count: CODES, format };
    const given = Array.from({ length: CODES }, (_, i) => `CARD${String(i).padStart(7, '0')}`);
    const importId = await upload(`code\n${given.join('\n')}\n`);
    const { columns, hasHeader } = await shop.ok('imports.preview', { importId }, shop.session);
    const settings = { offerId: offer.id, name: 'Imported', hasHeader, columns, usesPerCode: 1 };
    await shop.ok('imports.run', { importId, settings, dryRun: false }, shop.session);
    let imported: string | undefined;
    while (imported === undefined) {
      await sleep(1);
      ({ batchId: imported } = await shop.ok('imports.get', { importId }, shop.session));
    }
    const made = await shop.ok('batches.create', request, shop.session);
    await shop.core.close();

    const logger = { info() {}, warn() {}, error() {} };
    const keyFile = `${shop.dataDir}.key`;
    const keys = fileKeyStore(keyFile, { logger, random: systemRandom });
    await keys.save('ledger', shop.keys.get('ledger') ?? new Uint8Array());
    for (let kill = 0; kill < KILLS; kill++) {
      const till = fork(program.file, [shop.dataDir, keyFile, `${shop.dataDir}-outside`], { silent: true });
      const ended = once(till, 'exit');
      if (till.stdout) await once(till.stdout, 'data');
      await sleep(randomInt(LONGEST_WORK_MS));
      expect(till.exitCode, 'the till died by itself').toBeNull();
      till.kill('SIGKILL');
      await ended;
    }

    const again = await shop.reopen();
    const { session } = await again.ok('session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN });
    const late = { ...again, session };
    expect((await batchWhenDone(late, made.id)).state).toBe('live');
    expect((await batchWhenDone(late, imported)).state).toBe('live');
    const drawn = await codesOf(made.id);
    expect(drawn.map(({ serial }) => serial)).toEqual(given.map((_, i) => i + 1));
    expect(new Set(drawn.map(({ code }) => code)).size).toBe(CODES);
    expect((await codesOf(imported)).map(({ code }) => code)).toEqual(given);
    expect(await late.ok('imports.get', { importId }, session)).toMatchObject({ state: 'done' });
    // The files go in the turn after the last code became valid.
    const left = () =>
      readdirSync(path.join(shop.dataDir, 'imports')).filter((name) => !name.endsWith('.faults'));
    await expect.poll(left).toEqual([]);
    expect(await late.ok('audit.run', {}, session)).toMatchObject({ whole: true });
    await again.close();
    program.remove();

    async function upload(text: string): Promise<string> {
      const bytes = Buffer.from(text);
      const id = randomUUID();
      await shop.ok(
        'imports.begin',
        { importId: id, fileName: 'cards.csv', bytes: bytes.length },
        shop.session,
      );
      for (let offset = 0; offset < bytes.length; offset += 500_000) {
        const base64 = bytes.subarray(offset, offset + 500_000).toString('base64');
        await shop.ok('imports.upload', { importId: id, offset, base64 }, shop.session);
      }
      return id;
    }

    async function codesOf(batchId: string): Promise<{ serial: number; code: string }[]> {
      const found: { serial: number; code: string }[] = [];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const part: { base64: string; next?: number | undefined } = await late.ok(
          'batches.export',
          { batchId, after },
          session,
        );
        const lines = Buffer.from(part.base64, 'base64').toString().trimEnd().split('\r\n');
        for (const line of lines.slice(after === 0 ? 1 : 0)) {
          const [serial, code = ''] = line.split(',');
          // Shown in groups where its end happens to be the check of its beginning.
          found.push({ serial: Number(serial), code: code.replaceAll('-', '') });
        }
        after = part.next;
      }
      return found;
    }
  },
  isLong ? 600_000 : 60_000,
);
