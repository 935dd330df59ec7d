import { MAX_HISTORY_ROWS } from '../../shared/contracts/operations/history.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Feature } from '../handlers.ts';
import type { Services } from '../services.ts';
import { historyCsv } from './history-csv.ts';

/** What leaves the ledger for accountants. */
export function historyFeature({ store }: Services): Feature {
  return {
    handlers: {
      'history.export'(_call, { from, to }) {
        const csv = historyCsv(store.read, from, to);
        if (!csv.ok) return err(refusal(csv.error, { max: MAX_HISTORY_ROWS }));
        const day = (at: number) => new Date(at).toISOString().slice(0, 10);
        return ok({
          fileName: `redemptions-${day(from)}-${day(to)}.csv`,
          mime: 'text/csv' as const,
          base64: Buffer.from(csv.value.text).toString('base64'),
          rows: csv.value.rows,
        });
      },
    },
  };
}
