import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedgerReadOnly } from '../../db/open.ts';
import { loadIdentity, prepareReads } from '../../db/store.ts';
import { readAnchor } from '../../till/anchor/anchor.ts';
import { auditLedger } from '../../till/audit/audit-ledger.ts';
import { CoreStartError } from '../../till/core-start-error.ts';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import { fileAnchorStore, systemRandom } from '../../till/system-ports.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, openTestTill } from '../../till/testing/test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;

const TOTAL = 20;
const REDEMPTIONS = 6;
const PAGE_BYTES = 4_096;
/** The account without rights of its own on every Unix. */
const NOBODY = 65_534;
const logger = { info() {}, warn() {}, error() {} };

let folder: string;
let dataDir: string;
let till: Shop;
let offerId: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-damage-'));
  dataDir = path.join(folder, 'till');
  mkdirSync(dataDir);
  const keys = fileKeyStore(`${dataDir}.key`, { logger, random: systemRandom });
  till = await openShop({ dataDir, keys, anchor: fileAnchorStore(dataDir), logger });
  const draft = offerDraft({ limits: { total: TOTAL } });
  const row = await till.ok(
    'offers.create',
    { requestId: randomUUID(), draft, sharedCode: 'LIMITED' },
    till.session,
  );
  offerId = row.offer.id;
  for (let i = 0; i < REDEMPTIONS; i++) {
    const basketId = randomUUID();
    await till.ok('redemption.check', { basketId, basket: basketOf50, codes: ['LIMITED'] }, till.session);
    await till.ok('redemption.confirm', { basketId }, till.session);
  }
  await till.core.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a till and the audit say of the ledger as it is now: the right counts, a refusal, or a doubt in plain words. */
async function judge(): Promise<string> {
  let copy: Awaited<ReturnType<typeof openTestTill>>;
  try {
    const { keys } = till.ports;
    copy = await openTestTill({ dataDir, keys, anchor: fileAnchorStore(dataDir), clock: till.clock, logger });
  } catch (error) {
    if (error instanceof CoreStartError) return 'refused to start';
    throw error;
  }
  try {
    const status = await copy.call('app.status', {});
    if (!status.ok) return 'refused';
    if (status.value.phase !== 'ready') return 'a first run over a ledger that was there';
    if (status.value.faults.length > 0) return 'suspected';
    const signedIn = await copy.call('session.signIn', { operatorId: till.adminId, pin: ADMIN_PIN });
    if (!signedIn.ok) return 'refused';
    const { session } = signedIn.value;
    const offer = await copy.call('offers.get', { offerId }, session);
    const recent = await copy.call('redemption.recent', {}, session);
    const basketId = randomUUID();
    const basket = { basketId, basket: basketOf50, codes: ['LIMITED'] };
    const checked = await copy.call('redemption.check', basket, session);
    const confirmed = checked.ok ? await copy.call('redemption.confirm', { basketId }, session) : checked;
    if (!offer.ok || !recent.ok || !confirmed.ok) return 'refused';
    const counts = [offer.value.uses, offer.value.usesLeftHere, recent.value.redemptions.length];
    return JSON.stringify(counts) === JSON.stringify([REDEMPTIONS, TOTAL - REDEMPTIONS, REDEMPTIONS])
      ? 'right'
      : `wrong counts, unnoticed: ${counts}`;
  } finally {
    await copy.core.close();
  }
}

const honest = ['right', 'refused', 'refused to start', 'suspected'];

/** @returns what puts every file back as it is now */
function keep(): () => void {
  const kept = path.join(folder, 'kept');
  mkdirSync(kept);
  const anchors = ['.anchor-a', '.anchor-b'];
  for (const name of readdirSync(dataDir)) copyFileSync(path.join(dataDir, name), path.join(kept, name));
  for (const suffix of anchors) copyFileSync(`${dataDir}${suffix}`, `${kept}${suffix}`);
  return () => {
    for (const name of readdirSync(dataDir)) rmSync(path.join(dataDir, name));
    for (const name of readdirSync(kept)) copyFileSync(path.join(kept, name), path.join(dataDir, name));
    for (const suffix of anchors) copyFileSync(`${kept}${suffix}`, `${dataDir}${suffix}`);
  };
}

describe('a damaged ledger', () => {
  it('never gives a wrong count, whichever page has a flipped bit', async () => {
    const putBack = keep();
    const file = path.join(dataDir, 'ledger.db');
    const whole = readFileSync(file);
    const outcomes = new Map<string, number>();
    for (let page = 0; page * PAGE_BYTES < whole.length; page++) {
      putBack();
      const damaged = Buffer.from(whole);
      const at = page * PAGE_BYTES + ((page * 977) % PAGE_BYTES);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (page % 8));
      writeFileSync(file, damaged);
      const outcome = await judge();
      expect(honest, `page ${page + 1}: ${outcome}`).toContain(outcome);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    // Some pages are read at the start, some by a redemption, and some by neither.
    expect(outcomes.get('refused to start')).toBeGreaterThan(0);
    expect(outcomes.get('refused')).toBeGreaterThan(0);
    putBack();
    expect(await judge()).toBe('right');
  }, 120_000);

  it('is found by the audit, whichever page has a flipped bit', async () => {
    const file = path.join(dataDir, 'ledger.db');
    const whole = readFileSync(file);
    const loaded = await till.ports.keys.load('ledger');
    const key = (loaded.ok && loaded.value) || new Uint8Array();
    for (let page = 0; page * PAGE_BYTES < whole.length; page++) {
      const damaged = Buffer.from(whole);
      const at = page * PAGE_BYTES + ((page * 577) % PAGE_BYTES);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(file, damaged);
      expect(['refused', 'whole'], `page ${page + 1}`).toContain(lookAt(key));
    }
    writeFileSync(file, whole);
    expect(lookAt(key)).toBe('whole');
  });

  it.each([
    ['cut short by a page', (bytes: Buffer) => bytes.subarray(0, -PAGE_BYTES)],
    ['cut short within a page', (bytes: Buffer) => bytes.subarray(0, -100)],
    ['with a page of zeros', (bytes: Buffer) => bytes.fill(0, 5 * PAGE_BYTES, 6 * PAGE_BYTES)],
    ['with two pages swapped', swapPages],
    ['emptied', () => Buffer.alloc(0)],
  ])('%s gives a refusal or the right count', async (_, harm) => {
    const file = path.join(dataDir, 'ledger.db');
    writeFileSync(file, harm(readFileSync(file)));
    const outcome = await judge();
    expect(honest, outcome).toContain(outcome);
    expect(outcome).not.toBe('right');
  });
});

function swapPages(bytes: Buffer): Buffer {
  const at = (page: number) => Buffer.from(bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
  const [third, fourth] = [at(2), at(3)];
  fourth.copy(bytes, 2 * PAGE_BYTES);
  third.copy(bytes, 3 * PAGE_BYTES);
  return bytes;
}

function lookAt(key: Uint8Array): string {
  const opened = openLedgerReadOnly(dataDir, key);
  if (!opened.ok) return 'refused';
  try {
    const read = prepareReads(drizzle({ client: opened.value.database }));
    const anchor = readAnchor(fileAnchorStore(dataDir));
    const audit = auditLedger({ read, identity: loadIdentity(read) }, anchor);
    return audit.ok && audit.value.redemptions === REDEMPTIONS ? 'whole' : JSON.stringify(audit);
  } catch (error) {
    if (error instanceof Error && /malformed|not a database/.test(error.message)) return 'refused';
    throw error;
  } finally {
    opened.value.close();
  }
}

describe.skipIf(process.platform === 'win32')('a folder that may not be written', () => {
  const script = path.join(import.meta.dirname, 'read-only-till.ts');
  const asRoot = process.getuid?.() === 0;

  /** Rights mean nothing to root: then another account opens it. */
  function openAsOther(): string {
    const account = asRoot ? String(NOBODY) : '';
    const run = spawnSync(process.execPath, [script, dataDir, account], { encoding: 'utf8' });
    return run.stdout.trim() || run.stderr;
  }

  beforeEach(() => {
    if (!asRoot) return;
    for (const name of [folder, dataDir]) chownSync(name, NOBODY, NOBODY);
    for (const name of readdirSync(dataDir)) chownSync(path.join(dataDir, name), NOBODY, NOBODY);
    for (const suffix of ['.key', '.anchor-a', '.anchor-b']) chownSync(`${dataDir}${suffix}`, NOBODY, NOBODY);
  });
  afterEach(() => chmodSync(dataDir, 0o700));

  it('is refused with one clear code, changed in nothing, and opened when it may be written again', () => {
    expect(openAsOther()).toBe('opened');
    const before = readFileSync(path.join(dataDir, 'ledger.db'));
    chmodSync(dataDir, 0o500);
    expect(openAsOther()).toBe('storage_readonly');
    expect(readFileSync(path.join(dataDir, 'ledger.db')).equals(before)).toBe(true);
    chmodSync(dataDir, 0o700);
    expect(openAsOther()).toBe('opened');
  });

  it('is refused also where only the ledger file is read-only, or cannot even be read', () => {
    const file = path.join(dataDir, 'ledger.db');
    for (const mode of [0o400, 0o000]) {
      chmodSync(file, mode);
      expect(openAsOther(), mode.toString(8)).toBe('storage_readonly');
    }
    chmodSync(file, 0o600);
    chmodSync(`${dataDir}.key`, 0o000);
    expect(openAsOther()).toBe('key_unavailable');
    chmodSync(`${dataDir}.key`, 0o600);
    expect(openAsOther()).toBe('opened');
  });
});
