import { type ChildProcess, fork } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyKey } from '../../db/cipher.ts';
import { openLedgerReadOnly, opensUnder } from '../../db/open.ts';
import { loadIdentity, prepareReads } from '../../db/store.ts';
import { readAnchor } from '../../till/anchor/anchor.ts';
import { auditLedger } from '../../till/audit/audit-ledger.ts';
import { backupFolder, listBackups } from '../../till/backup/backups.ts';
import { everyKeyOf } from '../../till/keys/command-line.ts';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import { fileAnchorStore, systemClock, systemRandom } from '../../till/system-ports.ts';
import { offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../../till/testing/test-core.ts';
import { bundle } from './bundle-till.ts';
import type { Orders } from './orders.ts';

/** Ten times as many in the long lane; `KILLS` cuts that into pieces. */
const CYCLES = Number(process.env.KILLS ?? (process.env.LONG === '1' ? 1_000 : 100));
/** Short enough that many kills hit the opening itself. */
const LONGEST_LIFE_MS = 300;
/** Every second till is killed only after its first answer, so that slow machines too kill tills at work. */
const LONGEST_WORK_MS = 100;
const FIRST_ANSWER_MS = 20_000;
const MANY = 1_000_000;

type Till = { readonly process: ChildProcess; readonly lines: string[]; readonly loaded: Promise<unknown> };

const running = new Set<ChildProcess>();
let program: Awaited<ReturnType<typeof bundle>>;

beforeAll(async () => {
  program = await bundle('redeem-loop');
});
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  program.remove();
});

function startTill(): Till {
  const child = fork(program.file, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  running.add(child);
  const lines: string[] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  return { process: child, lines, loaded: once(child, 'message') };
}

async function firstAnswer(till: Till): Promise<void> {
  const untilMs = performance.now() + FIRST_ANSWER_MS;
  while (till.process.exitCode === null && performance.now() < untilMs) {
    if (till.lines.some((line) => line.startsWith('redeemed'))) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Lets the till live for a random while, kills it, and reads what it had said. */
async function liveAndDie(till: Till, orders: Orders, afterAnAnswer: boolean): Promise<readonly string[]> {
  await till.loaded;
  const ended = Promise.all([
    once(till.process, 'exit'),
    till.process.stdout && once(till.process.stdout, 'close'),
  ]);
  till.process.send(orders);
  if (afterAnAnswer) await firstAnswer(till);
  const lifeMs = randomInt(afterAnAnswer ? LONGEST_WORK_MS : LONGEST_LIFE_MS);
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  expect(till.process.exitCode, 'the till died by itself').toBeNull();
  till.process.kill('SIGKILL');
  await ended;
  running.delete(till.process);
  return till.lines;
}

function isWhole(file: string, key: Uint8Array): boolean {
  const backup = new Database(file, { readonly: true });
  try {
    applyKey(backup, key);
    return backup.pragma('integrity_check', { simple: true }) === 'ok';
  } catch {
    return false;
  } finally {
    backup.close();
  }
}

it(
  `loses and doubles nothing when it is killed ${CYCLES} times`,
  async () => {
    // The machine's clock, because the tills of the other processes have no other.
    const shop = await openShop({ clock: { ...systemClock, nowMs: 0, monotonic: 0 } });
    const total = 1_000_000;
    for (const [sharedCode, limits] of [
      ['LIMITED', { total }],
      ['FREE', {}],
    ] as const) {
      const draft = offerDraft({ limits });
      await shop.ok('offers.create', { requestId: randomUUID(), draft, sharedCode }, shop.session);
    }
    await shop.core.close();
    const keyFile = `${shop.dataDir}.key`;
    const logger = { info() {}, warn() {}, error() {} };
    const keys = fileKeyStore(keyFile, { logger, random: systemRandom });
    await keys.save('ledger', shop.keys.get('ledger') ?? new Uint8Array());
    const anchorBase = `${shop.dataDir}-outside`;

    const answered = new Map<string, Set<string>>();
    const unanswered = new Set<string>();
    let next = startTill();
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const till = next;
      // The one after it loads while this one redeems.
      if (cycle + 1 < CYCLES) next = startTill();
      const orders: Orders = {
        dataDir: shop.dataDir,
        anchorBase,
        keyFile,
        operatorId: shop.adminId,
        pin: ADMIN_PIN,
        codes: ['LIMITED', 'FREE'],
        unanswered: [...unanswered],
        changesKey: cycle % 4 === 3,
      };
      const lines = await liveAndDie(till, orders, cycle % 2 === 1);
      for (const line of lines) {
        const [what, basketId = '', redemptionId = ''] = line.split(' ');
        if (what === 'checking') unanswered.add(basketId);
        else {
          unanswered.delete(basketId);
          const seen = answered.get(basketId) ?? new Set();
          answered.set(basketId, seen.add(redemptionId));
        }
      }
    }

    const known = await everyKeyOf(keys);
    const key = known.find((one) => opensUnder(shop.dataDir, one)) ?? known[0];
    const opened = openLedgerReadOnly(shop.dataDir, key);
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    const read = prepareReads(drizzle({ client: opened.value.database }));
    try {
      const audit = auditLedger(
        { read, identity: loadIdentity(read) },
        readAnchor(fileAnchorStore(anchorBase)),
      );
      expect(audit).toMatchObject({ ok: true });
      let lost = 0;
      let doubled = 0;
      for (const [basketId, ids] of answered) {
        const stored = new Set(read.redemptions.ofBasket(basketId).map((row) => row.id));
        lost += [...ids].filter((id) => !stored.has(id)).length;
        // Two codes in every basket, so two redemptions, however often it was tried.
        if (stored.size > 2 || ids.size > 2) doubled += 1;
      }
      for (const { fileName } of listBackups(shop.dataDir)) {
        const file = path.join(backupFolder(shop.dataDir), fileName);
        expect(
          known.filter((one) => isWhole(file, one)),
          fileName,
        ).toHaveLength(1);
      }
      expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
      expect(answered.size, 'the tills lived long enough to redeem').toBeGreaterThanOrEqual(
        Math.floor(CYCLES / 2),
      );
      const keysUsed = read.events.from(1, MANY).filter((event) => event.type === 'key.changed').length;
      expect(keysUsed, 'some tills changed the key').toBeGreaterThan(0);
      const redeemed = audit.ok ? audit.value.redemptions : 0;
      // At most one basket of each till was cut off between its commit and its answer.
      expect(redeemed).toBeLessThanOrEqual(2 * (answered.size + unanswered.size));
      console.log(
        `${CYCLES} kills: ${redeemed} redemptions, ${lost} lost, ${doubled} doubled, ${keysUsed} new keys`,
      );
    } finally {
      opened.value.close();
      await shop.close();
      rmSync(keyFile, { force: true });
      rmSync(backupFolder(shop.dataDir), { recursive: true, force: true });
    }
  },
  CYCLES * 2_000 + 20_000,
);
