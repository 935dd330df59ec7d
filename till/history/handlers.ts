import { MAX_HISTORY_ROWS } from '../../shared/contracts/operations/history.ts';
import type { ParsedInputOf } from '../../shared/contracts/operations.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { startOfDay } from '../day-bounds.ts';
import type { Feature } from '../handlers.ts';
import type { Services } from '../services.ts';
import { historyCsv } from './history-csv.ts';

/** What leaves the ledger for accountants. */
export function historyFeature(services: Services): Feature {
  return {
    handlers: {
      'history.export'(_call, input) {
        const { store, works } = services;
        const { from, to, days } = spanOf(services, input);
        return works.run(input.workId, async (step) => {
          const pages = historyCsv(store.read, from, to);
          for (;;) {
            const { done, value: csv } = pages.next();
            if (!done) {
              await step(csv, store.head().seq);
              continue;
            }
            if (!csv.ok) return err(refusal(csv.error, { max: MAX_HISTORY_ROWS }));
            return ok({
              fileName: `redemptions-${days.first}-${days.last}.csv`,
              mime: 'text/csv' as const,
              base64: Buffer.from(csv.value.text).toString('base64'),
              rows: csv.value.rows,
            });
          }
        });
      },
    },
  };
}

function spanOf({ location, wallTimes }: Services, input: ParsedInputOf<'history.export'>) {
  const utcDay = (at: number) => new Date(at).toISOString().slice(0, 10);
  if ('from' in input) {
    return { ...input, days: { first: utcDay(input.from), last: utcDay(input.to) } };
  }
  const zone = location()?.timeZone;
  assert(zone !== undefined, 'operations wait for the first run');
  const { firstDay, lastDay } = input;
  const start = (day: string) => startOfDay(wallTimes.at, day, zone);
  const dayAfter = utcDay(Date.parse(`${lastDay}T00:00:00Z`) + DAY_MS);
  return { from: start(firstDay), to: start(dayAfter) - 1, days: { first: firstDay, last: lastDay } };
}
