import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createCore } from '../../till/core.ts';
import { fileKeyStore } from '../../till/keys/file-key-store.ts';
import type { CorePorts } from '../../till/ports.ts';
import { fileAnchorStore, systemClock, systemRandom } from '../../till/system-ports.ts';
import { basketOf50 } from '../../till/testing/offer-drafts.ts';
import type { Orders } from './orders.ts';

/**
 * A till of its own process that redeems until it is killed. It waits for its orders with everything loaded, so that
 * the kill hits the ledger and not the loading of modules. What it writes to its output survives the kill:
 * `checking <basket>` before it holds a use, `redeemed <basket> <redemption>` once the answer said so.
 */
const STDOUT = 1;
const SALES_PER_BACKUP = 5;
const SALES_PER_KEY = 3;
const say = (line: string) => writeSync(STDOUT, `${line}\n`);

process.once('message', (orders: Orders) => {
  void redeemForEver(orders);
});
process.send?.('loaded');

async function redeemForEver(orders: Orders): Promise<never> {
  const core = await createCore(portsOf(orders));
  const call = async (name: string, input: object, session?: string): Promise<unknown> => {
    const answer = await core.call(name, input, session === undefined ? {} : { session });
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
    return answer.value;
  };
  const signedIn = await call('session.signIn', { operatorId: orders.operatorId, pin: orders.pin });
  const { session } = signedIn as { session: string };
  // The customer of the last process still stands there: their basket is tried again, as a cashier would.
  const unanswered = [...orders.unanswered];
  for (let sale = 1; ; sale++) {
    const basketId = unanswered.pop() ?? randomUUID();
    say(`checking ${basketId}`);
    const basket = { basketId, basket: basketOf50, codes: orders.codes };
    const checked = await core.call('redemption.check', basket, { session });
    if (!checked.ok && checked.error.code !== 'basket_completed') {
      throw new Error(`check: ${JSON.stringify(checked.error)}`);
    }
    const done = await call('redemption.confirm', { basketId }, session);
    for (const { id } of (done as { redemptions: { id: string }[] }).redemptions) {
      say(`redeemed ${basketId} ${id}`);
    }
    // Not awaited: a backup is made while redemptions go on.
    if (sale % SALES_PER_BACKUP === 0) void call('backup.now', {}, session);
    if (orders.changesKey && sale % SALES_PER_KEY === 0)
      await call('keys.rotate', { pin: orders.pin }, session);
    // Timers get their turn: housekeeping moves the log while redemptions go on.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function portsOf({ dataDir, anchorBase, keyFile }: Orders): CorePorts {
  const logger = {
    info() {},
    warn() {},
    error: (message: string, fields?: object) => console.error(message, fields),
  };
  return {
    clock: systemClock,
    random: systemRandom,
    keys: fileKeyStore(keyFile, { logger, random: systemRandom }),
    anchor: fileAnchorStore(anchorBase),
    centre: { request: () => Promise.reject(new Error('no network')) },
    logger,
    dataDir,
    host: 'web',
    version: '0.0.0',
    demo: false,
    timers: everyFewMs,
  };
}

/** Housekeeping far more often than in life, so that kills hit checkpoints too. */
const everyFewMs: NonNullable<CorePorts['timers']> = {
  every(ms, work) {
    const timer = setInterval(work, Math.ceil(ms / 50));
    return () => clearInterval(timer);
  },
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
