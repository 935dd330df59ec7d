import type { z } from 'zod';
import type { BatchRow, CodeToInsert } from '../../db/queries/coupons.ts';
import type { Tx } from '../../db/store.ts';
import { generateCodes } from '../../shared/codes/generate-code.ts';
import { codeSpace, usableSpace } from '../../shared/codes/guessability.ts';
import { MAX_CODES_PER_EVENT } from '../../shared/contracts/ledger-events.ts';
import type { batchOperations } from '../../shared/contracts/operations/batches.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome, SignedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { addBatchKey } from '../tokens/keys.ts';
import { USES_PER_CODE } from './insert-codes.ts';

type NewBatch = z.output<(typeof batchOperations)['batches.create']['input']>;

/** Up to so many codes are made at once, within a few milliseconds; more are made in the background. */
export const MAX_CODES_AT_ONCE = 1_000;
const SEED_BYTES = 32;

/** Single-use codes of one offer: all of them live with the last one, or none. */
export function createBatch(
  services: Services,
  by: SignedIn,
  input: NewBatch,
): Outcome<{ readonly batch: BatchRow; readonly isNew: boolean }> {
  const { store, clock, ports } = services;
  return store.transact((tx) => {
    const before = tx.read.batches.byRequest(input.requestId);
    if (before) return ok({ batch: before, isNew: false });
    const offer = tx.read.offers.byId(input.offerId);
    if (!offer) return err(refusal('not_found', { what: 'offer' }));
    if (offer.status === 'archived') return err(refusal('archived'));
    if (offer.origin === 'centre')
      return err(refusal('conflict', { why: 'the centre makes codes of its offers' }));
    const batch: BatchRow = {
      id: services.newId(),
      offerId: offer.id,
      name: input.name,
      format: input.format,
      count: input.count,
      origin: 'here',
      createdAt: clock.now(),
      createdBy: by.name,
      requestId: input.requestId,
    };
    const isSmall = input.count <= MAX_CODES_AT_ONCE;
    const codes = isSmall ? drawAtOnce(services, tx, input) : fits(input);
    if (!codes.ok) return codes;
    tx.write.batches.insert(batch);
    if (input.signed) {
      const key = addBatchKey(tx, ports.random, batch.id, batch.createdAt);
      if (!key.ok) return key;
    }
    const { id: batchId, offerId, name, count } = batch;
    tx.append('batch.created', { batchId, offerId, name, format: input.format, count }, services.stamp(by));
    if (codes.value) addCodes(services, tx, by, batch, codes.value);
    else beginJob(services, tx, by, batchId, 'generate', ports.random.bytes(SEED_BYTES));
    return ok({ batch, isNew: true });
  });
}

export function beginJob(
  services: Services,
  tx: Tx,
  by: SignedIn,
  batchId: string,
  kind: 'generate' | 'import',
  seed: Uint8Array,
): void {
  tx.write.batchJobs.insert({
    batchId,
    kind,
    state: 'inserting',
    seed,
    firstRow: tx.read.batchJobs.newestRow() + 1,
    made: 0,
    operatorId: by.operatorId,
    tillName: services.tillName(by),
    stopped: null,
    endedAt: null,
  });
}

/** Refused before anything is drawn, with the arithmetic. */
function fits({ format, count }: NewBatch): Outcome<undefined> {
  const space = codeSpace(format);
  const usable = usableSpace(space, 0);
  return count <= usable ? ok(undefined) : err(tooFew({ count, space, usable }));
}

function drawAtOnce(services: Services, tx: Tx, { format, count }: NewBatch): Outcome<readonly string[]> {
  const codes = generateCodes(
    format,
    count,
    (bytes) => services.ports.random.bytes(bytes),
    (drawn) => tx.read.coupons.whichTaken(drawn),
  );
  return codes.ok ? codes : err(tooFew(codes.error));
}

function tooFew(arithmetic: { count: number; space: number; usable: number }) {
  return refusal('conflict', { why: 'too few codes of this format are left', ...arithmetic }, 'format');
}

function addCodes(services: Services, tx: Tx, by: SignedIn, batch: BatchRow, codes: readonly string[]): void {
  const { id: batchId, offerId } = batch;
  const ids = codes.map(() => services.newId());
  for (let start = 0; start < codes.length; start += MAX_CODES_PER_EVENT) {
    const end = start + MAX_CODES_PER_EVENT;
    const event = {
      offerId,
      batchId,
      ids: ids.slice(start, end),
      codes: codes.slice(start, end),
      firstSerial: start + 1,
      usesPerCode: USES_PER_CODE,
    };
    tx.append('codes.added', event, services.stamp(by));
    tx.write.coupons.keepSerials(batchId, start + 1, event.ids);
  }
  const rows = codes.map((code, i): CodeToInsert => [ids[i] as string, code, i + 1, USES_PER_CODE]);
  // In this order, each page of the index of codes is visited once.
  rows.sort(([, a], [, b]) => (a < b ? -1 : 1));
  const inserted = tx.write.coupons.insertMany(
    { offerId, batchId, home: 'here', issuedAt: batch.createdAt },
    rows,
  );
  assert(inserted === codes.length, 'the generator gives codes that nobody has');
}
