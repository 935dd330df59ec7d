import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { openShop } from './test-core.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
export type ShownBatch = OutputOf<'batches.create'>;

const POLL_MS = 5;
const MAX_POLLS = 10_000;

export async function findBatch(shop: Pick<Shop, 'ok' | 'session'>, batchId: string): Promise<ShownBatch> {
  // Calls of a window come from outside; without a turn of the loop the work behind them would never run.
  await nextTurn();
  const { batches } = await shop.ok('batches.list', { limit: 200 }, shop.session);
  const batch = batches.find(({ id }) => id === batchId);
  if (!batch) throw new Error('the batch is not listed');
  return batch;
}

/** The batch when nothing works on it any more. */
export async function batchWhenDone(
  shop: Pick<Shop, 'ok' | 'session'>,
  batchId: string,
): Promise<ShownBatch> {
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    const batch = await findBatch(shop, batchId);
    if (batch.state === 'live' || batch.state === 'withdrawn' || batch.progress?.stopped) return batch;
    await sleep(POLL_MS);
  }
  throw new Error('the batch takes for ever');
}
