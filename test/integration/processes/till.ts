import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type Core, createCore } from '../../../till/core.ts';
import { basketOf50 } from '../../../till/testing/offer-drafts.ts';
import { composePorts } from '../../../web/compose.ts';
import type { TillOrder } from './processes.ts';

/**
 * A till in a process of its own, with the web host's ports: it does what its parent says, until it is killed. What it
 * writes to its output survives the kill: `redeemed <id> <code>` once the answer said so.
 */
const STDOUT = 1;
const [folder = ''] = process.argv.slice(2);
const place = {
  dataDir: `${folder}/data`,
  keyFile: `${folder}/data.key`,
  anchorBase: `${folder}/data`,
};

let core: Core | undefined;

/** The most memory since somebody asked. */
let mostBytes = 0;
setInterval(() => {
  mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
}, 20).unref();

async function carryOut(order: TillOrder): Promise<unknown> {
  switch (order.do) {
    case 'open':
      core ??= await createCore(composePorts({ place, demo: false }));
      return undefined;
    case 'call': {
      const session = order.session === undefined ? {} : { session: order.session };
      return opened().call(order.name, order.input, session);
    }
    case 'redeem':
      return redeemAll(opened(), order);
    case 'close':
      await core?.close();
      core = undefined;
      return undefined;
    case 'memory': {
      const most = mostBytes;
      mostBytes = 0;
      return most;
    }
  }
}

function opened(): Core {
  if (core === undefined) throw new Error('the till is not open');
  return core;
}

/** One basket for each code. @returns the refusals by their codes */
async function redeemAll(
  till: Core,
  { codes, session }: Extract<TillOrder, { do: 'redeem' }>,
): Promise<Record<string, number>> {
  const refusals: Record<string, number> = {};
  const note = (code: string) => {
    refusals[code] = (refusals[code] ?? 0) + 1;
  };
  for (const code of codes) {
    const basketId = randomUUID();
    const input = { basketId, basket: basketOf50, codes: [code] };
    const checked = await till.call('redemption.check', input, { session });
    // The operation's own output: what was accepted, or why not.
    const value = checked.ok
      ? (checked.value as { coupons: { status: string; refusal?: { code: string } }[] })
      : undefined;
    if (!checked.ok || value?.coupons[0]?.status !== 'accepted') {
      note(checked.ok ? (value?.coupons[0]?.refusal?.code ?? 'none') : checked.error.code);
      continue;
    }
    const done = await till.call('redemption.confirm', { basketId }, { session });
    if (!done.ok) {
      note(done.error.code);
      continue;
    }
    for (const { id } of (done.value as { redemptions: { id: string }[] }).redemptions)
      writeSync(STDOUT, `redeemed ${id} ${code}\n`);
    // Sync gets its turn, as it would between two customers.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return refusals;
}

process.on('message', ({ id, order }: { id: number; order: TillOrder }) => {
  carryOut(order).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.stack : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
